import type { Instant } from '@trimtab/core';
import { NO_INDEX, type IndexRuntime } from './index-runtime.js';

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
  /** Absent before the first report of it, and for other allocations than the option index. */
  readonly index: IndexRuntime | undefined;
  /** When the schedule of the triggers is due next; absent without one. */
  readonly nextScheduleTime: Instant | undefined;
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
  index: undefined,
  nextScheduleTime: undefined,
};

/** A runtime that was kept as JSON: what was absent, or unknown in its time, is at its start. */
export function fromKeptRuntime(kept: Partial<Runtime>): Runtime {
  const { index } = kept;
  return { ...NO_RUNTIME, ...kept, index: index && { ...NO_INDEX, ...index } };
}
