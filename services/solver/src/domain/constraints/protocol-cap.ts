import type { PolicyLimits } from '../policy.js';
import type { Constraint } from './constraint.js';

/** The strategies of one protocol together weigh no more than the policy allows that protocol. */
export const protocolCap: Constraint = {
  name: 'PROTOCOL_CAP',
  stateFor: (strategy, policy, usage) => ({
    limitBps: protocolLimitBps(policy, strategy.protocol),
    usedBps: usage.protocolBps(strategy.protocol),
  }),
  explain: (strategy, { limitBps, usedBps }) =>
    `protocol ${strategy.protocol} may weigh at most ${limitBps} bps in all and has ${usedBps}`,
};

/** The cap that a policy has for a protocol: its own, or that of every protocol without one. */
export function protocolLimitBps(policy: PolicyLimits, protocol: string): number {
  const named = policy.protocolCaps.find((cap) => cap.protocol === protocol);
  return named?.capBps ?? policy.defaultProtocolCapBps;
}
