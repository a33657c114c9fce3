import { addMillis, type Instant } from '@trimtab/core';
import { backoffMillis, type Backoff } from './backoff.js';
import type { RunView } from './run.js';

/** What the triggers of an intent start: the schedule and the drift band (intent rules, triggers). */

/** Everything that decides. */
export interface TriggerState {
  readonly now: Instant;
  /** The next due time of the schedule as it was last computed; absent before the first look, and without one. */
  readonly plannedTime: Instant | undefined;
  /** The next due time of the schedule after now; absent without one, or if it never comes. */
  readonly followingTime: Instant | undefined;
  readonly hasSchedule: boolean;
  /** Whether a position is outside its band; absent without a band. */
  readonly isOutsideBand: boolean | undefined;
  /** The latest runs, the latest first. */
  readonly lastRuns: readonly RunView[];
  readonly backoff: Backoff;
}

/** What to do. */
export type TriggerDecision =
  /** The schedule is due: since `dueTime`, once, however many due times were missed. */
  | { readonly kind: 'SCHEDULE'; readonly dueTime: Instant }
  | { readonly kind: 'DRIFT'; readonly previousRunId: string }
  /** Outside the band, but the last tries came to nothing. */
  | { readonly kind: 'WAIT'; readonly until: Instant }
  | { readonly kind: 'HOLD' };

/** Decides what is started; the schedule comes first. */
export function decideTrigger(state: TriggerState): TriggerDecision {
  const { now, plannedTime, hasSchedule, isOutsideBand, lastRuns, backoff } = state;
  if (hasSchedule && plannedTime !== undefined && plannedTime <= now) {
    return { kind: 'SCHEDULE', dueTime: plannedTime };
  }
  if (isOutsideBand !== true) return { kind: 'HOLD' };
  const retryTime = retryTimeOf(lastRuns, backoff);
  if (retryTime !== undefined && now < retryTime) return { kind: 'WAIT', until: retryTime };
  return { kind: 'DRIFT', previousRunId: lastRuns[0]?.runId ?? 'none' };
}

/** Runs for drift that came to nothing, one after the other, push the next one further away. */
function retryTimeOf(lastRuns: readonly RunView[], backoff: Backoff): Instant | undefined {
  const latest = lastRuns[0];
  const firstOther = lastRuns.findIndex(
    ({ trigger, outcome }) => trigger !== 'DRIFT' || outcome === 'REBALANCE',
  );
  const count = firstOther < 0 ? lastRuns.length : firstOther;
  if (latest === undefined || count === 0) return undefined;
  return addMillis(latest.createTime, backoffMillis(count - 1, backoff));
}
