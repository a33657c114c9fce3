import type { Instant } from '@trimtab/core';
import { batchesOf } from './delivery.js';
import type { FeedObservation } from './feed.js';
import type { FeedTick } from './replay-ticks.js';
import type { SubmitOutcome, SubmitPort } from './submit-port.js';

/** What was submitted on the way to a time. */
export interface ReplayProgress {
  readonly tickCount: number;
  readonly acceptedCount: number;
  readonly ignoredCount: number;
  readonly refusals: readonly { readonly observation: FeedObservation; readonly reason: string }[];
}

/** Replays ticks up to a time, at whatever speed it is asked to. */
export interface ReplayPublisher {
  /** The time of the next tick that is not submitted yet; undefined at the end. */
  nextTime(): Instant | undefined;
  /**
   * Submits every tick up to and including a time, one call per publisher and batch. A call that
   * fails leaves its tick unsubmitted: the next attempt sends it again, which is idempotent.
   */
  advanceTo(time: Instant): Promise<ReplayProgress>;
}

/** Creates a publisher over ticks in time order. One `advanceTo` runs at a time. */
export function createReplayPublisher(
  ticks: readonly FeedTick[],
  port: SubmitPort,
): ReplayPublisher {
  let next = 0;
  return {
    nextTime: () => ticks[next]?.time,
    async advanceTo(time) {
      const due = ticks.slice(next).filter((tick) => tick.time <= time);
      let progress: ReplayProgress = {
        tickCount: 0,
        acceptedCount: 0,
        ignoredCount: 0,
        refusals: [],
      };
      for (const tick of due) {
        for (const observations of batchesOf(tick.observations)) {
          const outcome = await port.submit(observations[0]?.publisher ?? '', observations);
          progress = add(progress, outcome, observations);
        }
        next += 1;
        progress = { ...progress, tickCount: progress.tickCount + 1 };
      }
      return progress;
    },
  };
}

function add(
  progress: ReplayProgress,
  outcome: SubmitOutcome,
  observations: readonly FeedObservation[],
): ReplayProgress {
  const refusals = outcome.refusals.flatMap(({ index, reason }) => {
    const observation = observations[index];
    return observation === undefined ? [] : [{ observation, reason }];
  });
  return {
    ...progress,
    acceptedCount: progress.acceptedCount + outcome.acceptedCount,
    ignoredCount: progress.ignoredCount + outcome.ignoredCount,
    refusals: [...progress.refusals, ...refusals],
  };
}
