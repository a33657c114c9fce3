import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { judgeArrival } from './arrival.js';

const latest = { sequence: 5n, observeTime: instant(1000) };

describe('an arriving observation', () => {
  it.each([
    ['the first of a publisher', undefined, 0n, 0, 'ACCEPTED'],
    ['a higher sequence at a later time', latest, 6n, 1001, 'ACCEPTED'],
    ['a higher sequence at the same time', latest, 6n, 1000, 'ACCEPTED'],
    ['a higher sequence at an older time', latest, 6n, 999, 'OUT_OF_ORDER'],
    ['a lower sequence at a later time', latest, 4n, 2000, 'OUT_OF_ORDER'],
    ['the same sequence again', latest, 5n, 1000, 'KNOWN'],
    ['the same sequence with another time', latest, 5n, 2000, 'KNOWN'],
  ] as const)('%s', (_, before, sequence, millis, expected) => {
    expect(judgeArrival(before, { sequence, observeTime: instant(millis) })).toBe(expected);
  });
});
