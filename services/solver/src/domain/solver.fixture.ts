import { instant } from '@trimtab/core';
import type { RoundsProblem } from './build-plan.js';
import type { ManagerSettings, Policy } from './policy.js';
import type { Strategy, StrategyInput, StrategySnapshot } from './strategy.js';
import type { VaultState } from './vault-state.js';

/** A healthy strategy with no haircut but the 25 bps of INSTANT: its score is gross − 25. */
export function strategyInput(
  strategyId: string,
  definition: Partial<Strategy> = {},
  snapshot: Partial<StrategySnapshot> = {},
): StrategyInput {
  return {
    strategy: {
      strategyId,
      assetId: strategyId.toUpperCase(),
      protocol: `protocol-of-${strategyId}`,
      state: 'ACTIVE',
      exotic: false,
      canary: false,
      strategyCapBps: 10_000,
      adapterKind: 'STATIC',
      grossApySources: [],
      version: 1,
      ...definition,
    },
    snapshot: {
      grossApyBps: 1025,
      feeBps: 0,
      borrowCostBps: 0,
      slippageBps: 0,
      riskScoreBps: 0,
      liquidityProfile: 'INSTANT',
      withdrawalDelayHours: 0,
      protocolConcentrationBps: 0,
      operationalComplexityBps: 0,
      oracleHealthy: true,
      protocolHealthy: true,
      withdrawalsHealthy: true,
      envelopes: [],
      version: 1,
      ...snapshot,
    },
  };
}

/** A healthy strategy that scores exactly this much. */
export function scoring(
  strategyId: string,
  scoreBps: number,
  definition: Partial<Strategy> = {},
): StrategyInput {
  return strategyInput(strategyId, definition, { grossApyBps: scoreBps + 25 });
}

export function policyOf(changes: Partial<Policy> = {}): Policy {
  return {
    policyId: 'policy-1',
    version: 1,
    minLiquidReserveBps: 1000,
    strategyCapBps: 10_000,
    protocolCaps: [],
    defaultProtocolCapBps: 10_000,
    exoticCapBps: 10_000,
    marginFiCapBps: 10_000,
    minRebalanceDeltaBps: 50,
    ...changes,
  };
}

export function managerOf(strategies: readonly StrategyInput[]): ManagerSettings {
  return {
    managerId: 'manager-1',
    version: 1,
    allowedStrategies: strategies.map(({ strategy }) => strategy.strategyId),
  };
}

export function vaultOf(changes: Partial<VaultState> = {}): VaultState {
  return { vaultId: 'vault-1', vaultVersion: 7, nav: 1_000_000n, weights: [], ...changes };
}

/** A problem whose manager allows every strategy. */
export function roundsProblem(
  strategies: readonly StrategyInput[],
  changes: Partial<RoundsProblem> = {},
): RoundsProblem {
  return {
    mode: 'ROUNDS',
    strategies,
    policy: policyOf(),
    manager: managerOf(strategies),
    vault: vaultOf(),
    snapshotHash: 'a'.repeat(64),
    generateTime: instant(1_522_800_000_000),
    ...changes,
  };
}
