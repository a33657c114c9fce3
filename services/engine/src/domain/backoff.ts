/** How long what failed waits before it is tried again. */
export interface Backoff {
  /** After the first failure; doubled with every further one. */
  readonly firstMillis: number;
  readonly maxMillis: number;
}

/** Doublings beyond this exceed every limit. */
const MAX_DOUBLINGS = 30;

/** The pause after a failure that `attemptCount` others came before: doubled each time, up to the limit. */
export function backoffMillis(attemptCount: number, { firstMillis, maxMillis }: Backoff): number {
  const doublings = Math.min(Math.max(attemptCount, 0), MAX_DOUBLINGS);
  return Math.min(firstMillis * 2 ** doublings, maxMillis);
}
