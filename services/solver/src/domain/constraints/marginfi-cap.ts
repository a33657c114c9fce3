import { MARGINFI_PROTOCOL } from '../policy.js';
import type { Constraint } from './constraint.js';

/** Strategies of the protocol "marginfi" together weigh no more than their special cap. */
export const marginFiCap: Constraint = {
  name: 'MARGINFI_CAP',
  stateFor: (strategy, limits, usage) =>
    strategy.protocol === MARGINFI_PROTOCOL
      ? { limitBps: limits.marginFiCapBps, usedBps: usage.marginFiBps() }
      : undefined,
  explain: (_strategy, { limitBps, usedBps }) =>
    `${MARGINFI_PROTOCOL} strategies may weigh at most ${limitBps} bps in all and have ${usedBps}`,
};
