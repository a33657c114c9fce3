import { domainError, DomainFailure } from '@trimtab/core';
import type { Around } from '../application/scheduler.js';
import { withDeadline } from './clients/settings.js';

const SECOND = 1_000;
/** What is left of a lease for the report of its tick, at most. */
const REPORT_MILLIS = 5_000;

/**
 * Ends a tick before its lease does: calls to other services end by then, and a tick that goes on
 * without them is cut. A quarter of the lease, at most 5 s, is left for the report.
 */
export function createLeaseLimit(leaseSeconds: number): Around {
  const leaseMillis = leaseSeconds * SECOND;
  return cutAfter(leaseMillis - Math.min(REPORT_MILLIS, leaseMillis / 4));
}

/** Runs something for so long at most. */
export function cutAfter(limitMillis: number): Around {
  return async (work, run) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const message = `the tick of ${work.kind} ${work.instanceKey} took longer than ${limitMillis} ms`;
        reject(new DomainFailure(domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', message)));
      }, limitMillis);
    });
    try {
      const deadline = new Date(Date.now() + limitMillis);
      return await Promise.race([withDeadline(deadline, run), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
