import type { Policy } from '../policy.js';
import type { StrategyInput, StrategySnapshot } from '../strategy.js';
import type { RegimeDecision } from './regime.js';

/**
 * The strategies as a plan keeps them: with their market data if an option reads them, without if
 * none does. What is known of a market must not change a plan that does not look at it.
 */
export function usedStrategies(
  strategies: readonly StrategyInput[],
  policy: Policy,
  regime: RegimeDecision | undefined,
): readonly StrategyInput[] {
  if (policy.options !== undefined || regime !== undefined) return strategies;
  return strategies.map(({ strategy, snapshot }) =>
    snapshot === undefined ? { strategy } : { strategy, snapshot: withoutMarket(snapshot) },
  );
}

/** A policy as a plan without scores keeps it: its options have nothing to act on. */
export function withoutOptions(policy: Policy): Policy {
  return {
    policyId: policy.policyId,
    version: policy.version,
    minLiquidReserveBps: policy.minLiquidReserveBps,
    strategyCapBps: policy.strategyCapBps,
    protocolCaps: policy.protocolCaps,
    defaultProtocolCapBps: policy.defaultProtocolCapBps,
    exoticCapBps: policy.exoticCapBps,
    marginFiCapBps: policy.marginFiCapBps,
    minRebalanceDeltaBps: policy.minRebalanceDeltaBps,
  };
}

function withoutMarket(snapshot: StrategySnapshot): StrategySnapshot {
  const plain: { -readonly [Name in keyof StrategySnapshot]: StrategySnapshot[Name] } = {
    ...snapshot,
  };
  delete plain.market;
  return plain;
}
