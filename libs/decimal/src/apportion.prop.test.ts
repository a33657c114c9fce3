import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { floorDiv } from './rounding.js';
import { nextShare } from './apportion.js';

const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 40 });

describe('nextShare', () => {
  it('hands out parts that sum to the total, each within one unit of its exact share', () => {
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 0n, max: 10n ** 18n }), (bases, total) => {
        const base = bases.reduce((sum, amount) => sum + amount, 0n);
        fc.pre(base > 0n);
        let [seen, paid] = [0n, 0n];
        for (const amount of bases) {
          const share = nextShare({ base, total, seen, paid }, amount);
          const exact = floorDiv(amount * total, base);
          expect(share >= exact && share <= exact + 1n).toBe(true);
          seen += amount;
          paid += share;
        }
        expect(paid).toBe(total);
      }),
      { seed: 20260718 },
    );
  });

  it('gives nothing of an empty base', () => {
    expect(nextShare({ base: 0n, total: 5n, seen: 0n, paid: 0n }, 3n)).toBe(0n);
  });
});
