import { describe, expect, it } from 'vitest';
import { backoffMillis } from './backoff.js';

const BACKOFF = { firstMillis: 1_000, maxMillis: 10_000 };

describe('backoffMillis', () => {
  it('doubles with every failure up to its limit', () => {
    const pauses = [0, 1, 2, 3, 4, 5].map((attempt) => backoffMillis(attempt, BACKOFF));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('stays at its limit however long something fails', () => {
    expect(backoffMillis(Number.MAX_SAFE_INTEGER, BACKOFF)).toBe(10_000);
  });

  it('is never longer than its limit, even at first', () => {
    expect(backoffMillis(0, { firstMillis: 20, maxMillis: 5 })).toBe(5);
  });
});
