import { decimalOf, parseDecimal } from '@trimtab/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payoutOf } from './payout.js';

const price = (text: string) => {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};
const UNIT = 100_000_000n;

describe('a settled half', () => {
  it.each([
    // above the strike P is worth S/x of the base: 30 000 / 60 000
    ['60000', 50_000_000n, 50_000_000n],
    ['30000', UNIT, 0n],
    ['29999.99', UNIT, 0n],
    // 30 000 / 45 000 = 2/3, rounded down; N has the rest
    ['45000', 66_666_666n, 33_333_334n],
  ])('at %s pays P %i and N %i of a unit', (at, forP, forN) => {
    const settlement = { strike: 30_000n, price: price(at) };
    expect(payoutOf('P', UNIT, settlement)).toBe(forP);
    expect(payoutOf('N', UNIT, settlement)).toBe(forN);
  });

  it('and its other half together pay exactly what was split, whatever the price', () => {
    const cases = fc.record({
      quantity: fc.bigInt(0n, 10n ** 30n),
      strike: fc.bigInt(1n, 10n ** 9n),
      digits: fc.bigInt(1n, 10n ** 24n),
      scale: fc.integer({ min: 0, max: 18 }),
    });
    fc.assert(
      fc.property(cases, ({ quantity, strike, digits, scale }) => {
        const settlement = { strike, price: decimalOf(digits, scale) };
        const [p, n] = [payoutOf('P', quantity, settlement), payoutOf('N', quantity, settlement)];
        expect(p + n).toBe(quantity);
        expect(p >= 0n && n >= 0n).toBe(true);
      }),
      { seed: 20260718, numRuns: 1000 },
    );
  });
});
