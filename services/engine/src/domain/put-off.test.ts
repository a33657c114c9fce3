import { describe, expect, it } from 'vitest';
import { putOff } from './put-off.js';
import { at, plus } from './values.fixture.js';

const NOW = at('2026-07-02T12:00:00Z');

describe('a purchase that is put off', () => {
  it.each([
    [0, 1, 10],
    [1, 2, 20],
    [2, 3, 40],
    [3, 4, 45],
    [50, 51, 45],
  ])('after %i others is the %ith, and waits %i minutes', (before, count, minutes) => {
    const backoff = { firstMillis: 600_000, maxMillis: 2_700_000 };
    expect(putOff(before, NOW, backoff)).toEqual({
      next: undefined,
      deferralCount: count,
      retryTime: plus(NOW, minutes * 60_000),
    });
  });
});
