import { addMillis, type Instant } from '@trimtab/core';
import { backoffMillis, type Backoff } from './backoff.js';
import type { IndexRuntime } from './runtime.js';

/** What changes of an index whose purchase is put off: another series is chosen after a backoff. */
export function putOff(
  deferralCount: number,
  now: Instant,
  backoff: Backoff,
): Pick<IndexRuntime, 'next' | 'deferralCount' | 'retryTime'> {
  return {
    next: undefined,
    deferralCount: deferralCount + 1,
    retryTime: addMillis(now, backoffMillis(deferralCount, backoff)),
  };
}

/** What changes of an index where nothing waits any more. */
export const NOTHING_WAITS: Pick<IndexRuntime, 'next' | 'deferralCount' | 'retryTime'> = {
  next: undefined,
  deferralCount: 0,
  retryTime: undefined,
};
