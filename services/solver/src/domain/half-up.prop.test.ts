import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { halfUpDiv } from '@trimtab/decimal';
import { halfUpShare } from './half-up.js';

const inIntegers = (value: number, factor: number, divisor: number): bigint =>
  halfUpDiv(BigInt(value) * BigInt(factor), BigInt(divisor));

describe('halfUpShare', () => {
  it('rounds halves towards plus infinity', () => {
    expect([1, -1, 3, -3].map((value) => halfUpShare(value, 1, 2))).toEqual([1, 0, 2, -1]);
    // 0.35 · 90 is 31.499… in binary floats
    expect(halfUpShare(90, 35, 100)).toBe(32);
  });

  it('is the integer rule for every size of its parts, beside the halves too', () => {
    const divisors = fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 2 ** 50 }),
    );
    const beside = fc.tuple(
      divisors,
      fc.integer({ min: 0, max: 2 ** 51 }),
      fc.constantFrom(-1, 0, 1),
    );
    fc.assert(
      fc.property(beside, fc.boolean(), ([divisor, size, off], negative) => {
        // k + 1/2 of the divisor, and one to each side of it
        const half = Math.floor(size / divisor) * divisor + Math.floor(divisor / 2) + off;
        const value = negative ? 0 - half : half;
        expect(BigInt(halfUpShare(value, 1, divisor))).toBe(inIntegers(value, 1, divisor));
      }),
      { seed: 20260718, numRuns: 5000 },
    );
  });

  it('is the integer rule where products are beyond exact doubles', () => {
    const size = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    fc.assert(
      fc.property(size, fc.nat(10_000), fc.integer({ min: 10_000, max: 2 ** 40 }), (a, b, c) => {
        expect(BigInt(halfUpShare(a, b, c))).toBe(inIntegers(a, b, c));
      }),
      { seed: 20260718, numRuns: 2000 },
    );
  });
});
