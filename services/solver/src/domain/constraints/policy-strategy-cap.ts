import type { Constraint } from './constraint.js';

/** No strategy weighs more than the policy allows any one strategy. */
export const policyStrategyCap: Constraint = {
  name: 'POLICY_STRATEGY_CAP',
  stateFor: (strategy, limits, usage) => ({
    limitBps: limits.strategyCapBps,
    usedBps: usage.strategyBps(strategy.strategyId),
  }),
  explain: (strategy, { limitBps, usedBps }) =>
    `the policy lets any one strategy weigh at most ${limitBps} bps and ${strategy.strategyId} has ${usedBps}`,
};
