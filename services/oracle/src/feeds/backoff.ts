const FIRST_MILLIS = 250;
const MAX_MILLIS = 30_000;

/** How long to wait after the n-th failure in a row (from 1): doubled each time, at most 30 s. */
export function backoffMillis(failureCount: number): number {
  return Math.min(MAX_MILLIS, FIRST_MILLIS * 2 ** Math.min(failureCount - 1, 10));
}
