import { addMillis } from '@trimtab/core';
import type { TickResult } from '../../domain/work.js';
import type { Agent } from '../ports.js';
import { intentOf, isLive, type AgentContext } from './agent-context.js';
import { tickIndex } from './index-tick.js';
import { RUNS_LOOKED_AT, type Look } from './look.js';
import { targetsOf, tickTriggers } from './trigger-tick.js';

/**
 * The agent of an intent that watches drift and price, rolls and rebalances. It starts nothing while a
 * run is under way, and sleeps while the intent is paused: resuming wakes it.
 */
export function createRebalanceAgent(context: AgentContext): Agent {
  const { work, ports, settings } = context;
  const intentId = intentOf(work);
  return {
    tick: async (now): Promise<TickResult> => {
      const soon: TickResult = { nextDueTime: addMillis(now, settings.pollMillis) };
      const intent = await ports.intents.get(intentId);
      if (!intent.activated) return soon;
      if (!isLive(intent) || intent.state === 'PAUSED') return { nextDueTime: undefined };
      const vault = await ports.vaults.get(intent.vaultId);
      if (vault.mode !== 'OPEN' || vault.frozen) {
        return { nextDueTime: addMillis(now, settings.idleMillis) };
      }
      const runs = await ports.intents.lastRuns(intentId, RUNS_LOOKED_AT);
      if (vault.openRebalanceId !== undefined || runs[0]?.outcome === 'RUNNING') return soon;
      const look: Look = { intent, vault, runs, now };
      if (intent.spec.allocation.kind === 'index') return tickIndex(look, context);
      return tickTriggers(look, context, { targets: await targetsOf(look, ports.solver) });
    },
  };
}
