import { setTimeout as pause } from 'node:timers/promises';
import { DomainFailure } from '@trimtab/core';

/** What bounds the retries of a call. */
export interface RetryBounds {
  readonly deadline: Date;
  readonly signal?: AbortSignal | undefined;
}

const MAX_RETRIES = 3;
const FIRST_DELAY_MS = 100;

/**
 * Calls again on UNAVAILABLE, at most three times and only while the wait ends before the deadline.
 * Waits 100, 200, 400 ms with jitter, or as long as the server asked for.
 */
export async function retryUnavailable<T>(bounds: RetryBounds, call: () => Promise<T>): Promise<T> {
  for (let retryCount = 0; ; retryCount += 1) {
    try {
      return await call();
    } catch (error) {
      const delayMs = delayOf(error, retryCount);
      if (delayMs === undefined || Date.now() + delayMs >= bounds.deadline.getTime()) throw error;
      await pause(delayMs, undefined, { ...(bounds.signal && { signal: bounds.signal }) });
    }
  }
}

function delayOf(error: unknown, retryCount: number): number | undefined {
  if (!(error instanceof DomainFailure) || error.error.kind !== 'UNAVAILABLE') return undefined;
  if (retryCount >= MAX_RETRIES) return undefined;
  const backoff = FIRST_DELAY_MS * 2 ** retryCount;
  return error.error.retryAfterMillis ?? backoff * (0.75 + Math.random() / 4);
}
