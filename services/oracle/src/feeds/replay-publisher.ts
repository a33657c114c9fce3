import type { Instant } from '@trimtab/core';
import type { FeedObservation, FeedTick } from './replay-ticks.js';

/** Most observations of one SubmitObservations call. */
const BATCH_SIZE = 1000;

/** What the publisher needs of the oracle: a call with the credentials of one publisher. */
export interface SubmitPort {
  submit(publisher: string, observations: readonly FeedObservation[]): Promise<SubmitOutcome>;
}

/** What the oracle answered to one call. */
export interface SubmitOutcome {
  readonly acceptedCount: number;
  readonly ignoredCount: number;
  readonly refusals: readonly { readonly index: number; readonly reason: string }[];
}

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
        for (const [publisher, observations] of batches(tick)) {
          const outcome = await port.submit(publisher, observations);
          progress = add(progress, outcome, observations);
        }
        next += 1;
        progress = { ...progress, tickCount: progress.tickCount + 1 };
      }
      return progress;
    },
  };
}

/** The observations of a tick by publisher, cut to the size of a call. */
function batches(tick: FeedTick): readonly (readonly [string, readonly FeedObservation[]])[] {
  const byPublisher = new Map<string, FeedObservation[]>();
  for (const observation of tick.observations) {
    const own = byPublisher.get(observation.publisher) ?? [];
    own.push(observation);
    byPublisher.set(observation.publisher, own);
  }
  return [...byPublisher].flatMap(([publisher, own]) =>
    Array.from(
      { length: Math.ceil(own.length / BATCH_SIZE) },
      (_, batch) => [publisher, own.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)] as const,
    ),
  );
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
