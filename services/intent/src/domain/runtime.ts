import type { Instant } from '@trimtab/core';

/** What the engine keeps of an intent; nobody else writes it, and the etag does not cover it. */
export interface Runtime {
  /** The yearly drift now, in bps. */
  readonly currentDriftBps: number;
  readonly totalRolls: number;
  /** What all rolls cost together, in bps. */
  readonly totalCostBps: number;
  /** Absent before the first roll. */
  readonly lastRollAt: Instant | undefined;
  readonly lastRollCostBps: number;
  /** Absent before the first rebalance. */
  readonly lastRebalanceId: string | undefined;
  /** Why the last tick of an agent failed; empty if it went well. */
  readonly lastError: string;
}

/** The runtime of an intent that never rolled. */
export const NO_RUNTIME: Runtime = {
  currentDriftBps: 0,
  totalRolls: 0,
  totalCostBps: 0,
  lastRollAt: undefined,
  lastRollCostBps: 0,
  lastRebalanceId: undefined,
  lastError: '',
};
