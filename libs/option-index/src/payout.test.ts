import { decimalOf, parseDecimal, valueOf, type Quote } from '@trimtab/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payoutOf } from './payout.js';

const quote = (text: string): Quote => {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return { price: parsed.value, assetDecimals: 8, underlyingDecimals: 6 };
};
const UNIT = 100_000_000n;

describe('a settled half', () => {
  it.each([
    ['60000', 30_000_000_000n, 30_000_000_000n],
    ['30000', 30_000_000_000n, 0n],
    ['29999.99', 29_999_990_000n, 0n],
    ['45000.5', 30_000_000_000n, 15_000_500_000n],
  ])('at %s pays P %i and N %i of the underlying for a unit', (price, forP, forN) => {
    const settlement = { strike: 30_000n, quote: quote(price) };
    expect(payoutOf('P', UNIT, settlement)).toBe(forP);
    expect(payoutOf('N', UNIT, settlement)).toBe(forN);
  });

  it('rounds P down and gives N what is left of the value', () => {
    const settlement = { strike: 1n, quote: quote('100') };
    // 150 · 10^-8 · 100 = 150 base units of the underlying; P has floor(1.5) = 1
    expect(payoutOf('P', 150n, settlement)).toBe(1n);
    expect(payoutOf('N', 150n, settlement)).toBe(149n);
  });

  it('and its other half together pay exactly what the quantity is worth, whatever the price', () => {
    const cases = fc.record({
      quantity: fc.bigInt(0n, 10n ** 30n),
      strike: fc.bigInt(1n, 10n ** 9n),
      digits: fc.bigInt(1n, 10n ** 24n),
      scale: fc.integer({ min: 0, max: 18 }),
    });
    fc.assert(
      fc.property(cases, ({ quantity, strike, digits, scale }) => {
        const at: Quote = {
          price: decimalOf(digits, scale),
          assetDecimals: 8,
          underlyingDecimals: 6,
        };
        const settlement = { strike, quote: at };
        const [p, n] = [payoutOf('P', quantity, settlement), payoutOf('N', quantity, settlement)];
        expect(p + n).toBe(valueOf(quantity, at));
        expect(p >= 0n && n >= 0n).toBe(true);
      }),
      { seed: 20260718, numRuns: 1000 },
    );
  });
});
