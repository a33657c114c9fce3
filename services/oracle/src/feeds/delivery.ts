import { DomainFailure, type ErrorKind } from '@trimtab/core';
import { backoffMillis } from './backoff.js';
import type { FeedCounts, FeedObservation, FeedReporter, Pause } from './feed.js';
import { MAX_BATCH_SIZE, type SubmitPort } from './submit-port.js';

/** Hands observations to the oracle, again and again until they are taken or given up. */
export interface Delivery {
  /** Submits in calls of one publisher; gives up after `maxAttempts` or when the signal aborts. */
  deliver(observations: readonly FeedObservation[], signal: AbortSignal): Promise<void>;
  /** Counts a failure of the source. */
  countError(): void;
  counts(): FeedCounts;
}

/** What a delivery needs. */
export interface DeliveryDependencies {
  readonly port: SubmitPort;
  readonly pause: Pause;
  readonly reporter: FeedReporter;
}

/** What trying again can help. */
const TRANSIENT: ReadonlySet<ErrorKind> = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'RESOURCE_EXHAUSTED',
]);

/** Creates a delivery; `maxAttempts` of each call to the oracle, at least 1. */
export function createDelivery(
  { port, pause, reporter }: DeliveryDependencies,
  maxAttempts: number,
): Delivery {
  let counts: FeedCounts = { acceptedCount: 0, ignoredCount: 0, refusedCount: 0, errorCount: 0 };
  const countError = (): void => {
    counts = { ...counts, errorCount: counts.errorCount + 1 };
  };

  const submit = async (batch: readonly FeedObservation[]): Promise<void> => {
    const outcome = await port.submit(batch[0]?.publisher ?? '', batch);
    counts = {
      ...counts,
      acceptedCount: counts.acceptedCount + outcome.acceptedCount,
      ignoredCount: counts.ignoredCount + outcome.ignoredCount,
      refusedCount: counts.refusedCount + outcome.refusals.length,
    };
    for (const { index, reason, message } of outcome.refusals) {
      const observation = batch[index];
      if (observation !== undefined)
        reporter.refused({ reason, message: message ?? '', observation });
    }
    reporter.submitted(counts);
  };

  const insist = async (batch: readonly FeedObservation[], signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await submit(batch);
        return;
      } catch (error) {
        countError();
        const { kind, reason } = error instanceof DomainFailure ? error.error : UNKNOWN_FAILURE;
        if (!TRANSIENT.has(kind)) throw error;
        const message = error instanceof Error ? error.message : String(error);
        const isLast = attempt >= maxAttempts;
        const retryMillis = isLast ? 0 : backoffMillis(attempt);
        reporter.failed({ reason, message, retryMillis });
        if (isLast) return;
        await pause(retryMillis, signal);
      }
    }
  };

  return {
    async deliver(observations, signal) {
      for (const batch of batchesOf(observations)) await insist(batch, signal);
    },
    countError,
    counts: () => counts,
  };
}

/** A failure that is no refusal (a lost connection) may pass. */
const UNKNOWN_FAILURE = { kind: 'UNAVAILABLE', reason: 'ORACLE_FAILED' } as const;

/** The observations by publisher, cut to the size of a call. */
export function batchesOf(
  observations: readonly FeedObservation[],
): readonly (readonly FeedObservation[])[] {
  const byPublisher = new Map<string, FeedObservation[]>();
  for (const observation of observations) {
    const own = byPublisher.get(observation.publisher) ?? [];
    own.push(observation);
    byPublisher.set(observation.publisher, own);
  }
  return [...byPublisher.values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / MAX_BATCH_SIZE) }, (_, batch) =>
      own.slice(batch * MAX_BATCH_SIZE, (batch + 1) * MAX_BATCH_SIZE),
    ),
  );
}
