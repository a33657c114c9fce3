import { DomainFailure, domainError, type ErrorKind } from '@trimtab/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retryUnavailable } from './retry.js';

function failing(kind: ErrorKind, retryAfterMillis?: number): DomainFailure {
  const error = domainError(kind, kind, 'no');
  return new DomainFailure(retryAfterMillis === undefined ? error : { ...error, retryAfterMillis });
}

/** Calls that fail with the given errors in turn, then answer "ok". */
async function attempts(
  errors: readonly Error[],
  deadlineMs = 10_000,
): Promise<{ readonly count: number; readonly outcome: unknown }> {
  let count = 0;
  const outcome = await retryUnavailable(
    { deadline: new Date(Date.now() + deadlineMs) },
    async () => {
      const error = errors[count];
      count += 1;
      if (error !== undefined) throw error;
      return 'ok';
    },
  ).catch((error: unknown) => error);
  return { count, outcome };
}

describe('retryUnavailable', () => {
  const unavailable = failing('UNAVAILABLE', 0);

  it('calls again on UNAVAILABLE, at most three times', async () => {
    const three = [unavailable, unavailable, unavailable];
    expect(await attempts(three)).toEqual({ count: 4, outcome: 'ok' });
    expect(await attempts([...three, unavailable])).toEqual({ count: 4, outcome: unavailable });
  });

  it.each<ErrorKind>(['ABORTED', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'NOT_FOUND'])(
    'never calls again on %s',
    async (kind) => {
      expect((await attempts([failing(kind, 0)])).count).toBe(1);
    },
  );

  it('never calls again on a defect', async () => {
    expect((await attempts([new Error('bug')])).count).toBe(1);
  });

  it('does not wait past the deadline', async () => {
    expect((await attempts([failing('UNAVAILABLE', 10_000)], 10_000)).count).toBe(1);
  });

  describe('without a delay of the server', () => {
    beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
    afterEach(() => void vi.restoreAllMocks());

    it('gives up when its own backoff would end after the deadline', async () => {
      // The first wait is 75 ms at the least.
      expect((await attempts([failing('UNAVAILABLE')], 74)).count).toBe(1);
    });
  });
});
