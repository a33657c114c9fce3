import type { Constraint } from './constraint.js';

/** The strategies of one protocol together weigh no more than the policy allows that protocol. */
export const protocolCap: Constraint = {
  name: 'PROTOCOL_CAP',
  stateFor: (strategy, limits, usage) => ({
    limitBps: limits.protocolLimitBps(strategy.protocol),
    usedBps: usage.protocolBps(strategy.protocol),
  }),
  explain: (strategy, { limitBps, usedBps }) =>
    `protocol ${strategy.protocol} may weigh at most ${limitBps} bps in all and has ${usedBps}`,
};
