import type { Constraint } from './constraint.js';

/** No strategy weighs more than its own definition allows. */
export const strategyCap: Constraint = {
  name: 'STRATEGY_CAP',
  stateFor: (strategy, _limits, usage) => ({
    limitBps: strategy.strategyCapBps,
    usedBps: usage.strategyBps(strategy.strategyId),
  }),
  explain: (strategy, { limitBps, usedBps }) =>
    `strategy ${strategy.strategyId} may weigh at most ${limitBps} bps by its definition and has ${usedBps}`,
};
