import { compareDecimals, decimalOf, formatDecimal, type Decimal } from '@trimtab/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelValues, normalCdf, type ModelInputs } from './model.js';

const YEAR_MS = 31_536_000_000;
const inputs = (change: Partial<ModelInputs> = {}): ModelInputs => ({
  spot: decimalOf(100n, 0),
  strike: 100n,
  volatility: decimalOf(2n, 1),
  remainingMillis: YEAR_MS,
  ...change,
});

function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const digits = (x: Decimal): bigint => x.digits * 10n ** BigInt(scale - x.scale);
  return decimalOf(digits(a) + digits(b), scale);
}

describe('the model', () => {
  // Worked with the complementary error function of another language, in double precision.
  it.each([
    [100n, 100n, 2n, YEAR_MS, '7.965567'],
    [100n, 50n, 2n, YEAR_MS, '50.000943'],
    [100n, 200n, 2n, YEAR_MS, '0.001886'],
    [100n, 100n, 8n, YEAR_MS / 4, '15.851942'],
  ])(
    'values N at a spot of %i, strike %i, volatility 0.%i, %i ms at %s',
    (spot, strike, volatility, remainingMillis, n) => {
      const values = modelValues(
        inputs({
          spot: decimalOf(spot, 0),
          strike,
          volatility: decimalOf(volatility, 1),
          remainingMillis,
        }),
      );
      expect(formatDecimal(values.n)).toBe(n);
    },
  );

  it('pays out at maturity, and after', () => {
    for (const remainingMillis of [0, -1]) {
      const above = modelValues(inputs({ spot: decimalOf(130n, 0), remainingMillis }));
      expect([formatDecimal(above.p), formatDecimal(above.n)]).toEqual(['100', '30']);
      const below = modelValues(inputs({ spot: decimalOf(70n, 0), remainingMillis }));
      expect([formatDecimal(below.p), formatDecimal(below.n)]).toEqual(['70', '0']);
    }
  });

  it('splits the spot: P and N are exactly one unit, neither below nothing nor above it', () => {
    const cases = fc.record({
      spot: fc.bigInt(1n, 10n ** 12n).map((digits) => decimalOf(digits, 6)),
      strike: fc.bigInt(1n, 10n ** 6n),
      volatility: fc.bigInt(0n, 300n).map((digits) => decimalOf(digits, 2)),
      remainingMillis: fc.integer({ min: -1, max: YEAR_MS }),
    });
    fc.assert(
      fc.property(cases, (given) => {
        const { p, n } = modelValues(given);
        expect(formatDecimal(plus(p, n))).toBe(formatDecimal(given.spot));
        expect(compareDecimals(n, decimalOf(0n, 0))).toBeGreaterThanOrEqual(0);
        expect(compareDecimals(p, decimalOf(0n, 0))).toBeGreaterThanOrEqual(0);
      }),
      { seed: 20260718, numRuns: 1000 },
    );
  });

  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145707],
    [1.96, 0.9750021048517795],
    [-6, 9.865876450376946e-10],
    [-8, 6.220960574271785e-16],
  ])('has the normal distribution at %d', (z, expected) => {
    expect(Math.abs(normalCdf(z) / expected - 1)).toBeLessThan(1e-8);
  });
});
