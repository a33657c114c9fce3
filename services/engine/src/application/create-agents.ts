import { assertNever } from '@trimtab/core';
import { intentOf } from './agents/agent-context.js';
import { createMarketMakerAgent } from './agents/market-maker-agent.js';
import { createOracleAgent } from './agents/oracle-agent.js';
import { createPoolAgent } from './agents/pool-agent.js';
import { createPositionMonitorAgent } from './agents/position-monitor-agent.js';
import { createRebalanceAgent } from './agents/rebalance-agent.js';
import { createSettlementAgent } from './agents/settlement-agent.js';
import { createSwapTakerAgent } from './agents/swap-taker-agent.js';
import type { AgentSettings, CreateAgent, Ports } from './ports.js';

/** Makes the agent of each piece of work. */
export function createAgents(ports: Ports, settings: AgentSettings): CreateAgent {
  return (work) => {
    const context = { work, ports, settings };
    switch (work.kind) {
      case 'ORACLE':
        return createOracleAgent(work.instanceKey, ports, settings);
      case 'POOL':
        return createPoolAgent(context);
      case 'REBALANCE':
        return createRebalanceAgent(context);
      case 'SETTLEMENT':
        return createSettlementAgent(context);
      case 'POSITION_MONITOR':
        return createPositionMonitorAgent(context);
      case 'MARKET_MAKER':
        return createMarketMakerAgent(intentOf(work), ports, settings);
      case 'SWAP_TAKER':
        return createSwapTakerAgent(context);
      default:
        return assertNever(work.kind);
    }
  };
}
