import type { Constraint } from './constraint.js';

/** All exotic strategies together weigh no more than the policy allows. */
export const exoticCap: Constraint = {
  name: 'EXOTIC_CAP',
  stateFor: (strategy, limits, usage) =>
    strategy.exotic ? { limitBps: limits.exoticCapBps, usedBps: usage.exoticBps() } : undefined,
  explain: (_strategy, { limitBps, usedBps }) =>
    `exotic strategies may weigh at most ${limitBps} bps in all and have ${usedBps}`,
};
