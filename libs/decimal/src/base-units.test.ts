import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fromBaseUnits, quantityFor, roundDownToLot, toBaseUnits, valueOf } from './base-units.js';
import { decimalOf } from './decimal.js';
import { normaliseHumanDecimal } from './human-decimal.js';
import { bpsOf, weightBps } from './bps.js';

describe('valueOf', () => {
  it('floors quantity times price in base units of the underlying', () => {
    // 0.5 BTC (8 decimals) at 7422.5 = 3711.25 USDC
    const quote = { price: decimalOf(74225n, 1), assetDecimals: 8, underlyingDecimals: 6 };
    expect(valueOf(50_000_000n, quote)).toBe(3_711_250_000n);
    // one base unit of BTC is 74.225 base units of USDC
    expect(valueOf(1n, quote)).toBe(74n);
  });

  it('never exceeds the amount a quantity was bought for', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        fc.integer({ min: 0, max: 18 }),
        fc.integer({ min: 0, max: 27 }),
        (amount, digits, scale, assetDecimals) => {
          const quote = { price: decimalOf(digits, scale), assetDecimals, underlyingDecimals: 6 };
          const quantity = quantityFor(amount, quote);
          expect(valueOf(quantity, quote) <= amount).toBe(true);
          expect(valueOf(quantity + 1n, quote) >= amount).toBe(true);
        },
      ),
      { seed: 20260718 },
    );
  });
});

describe('base units', () => {
  it('reads and writes whole amounts exactly', () => {
    expect(toBaseUnits(decimalOf(15n, 1), 6)).toEqual({ ok: true, value: 1_500_000n });
    expect(fromBaseUnits(1_500_000n, 6)).toBe('1.5');
    expect(fromBaseUnits(-1n, 6)).toBe('-0.000001');
  });

  it('refuses an amount finer than one base unit', () => {
    expect(toBaseUnits(decimalOf(15n, 1), 0).ok).toBe(false);
  });

  it('rounds down to whole lots', () => {
    expect(roundDownToLot(1999n, 1000n)).toBe(1000n);
    expect(roundDownToLot(999n, 1000n)).toBe(0n);
  });
});

describe('basis points', () => {
  it('floors the part of an amount and the weight of a part', () => {
    expect(bpsOf(999n, 5000)).toBe(499n);
    expect(weightBps(1n, 3n)).toBe(3333);
  });
});

describe('normaliseHumanDecimal', () => {
  it.each([
    ['10000.00', '10000'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['-0.0', '0'],
    ['0.00000001', '0.00000001'],
    ['123456789012345678901234567890.1', '123456789012345678901234567890.1'],
  ])('reads %s as %s', (text, canonical) => {
    expect(normaliseHumanDecimal(text)).toEqual({ ok: true, value: canonical });
  });

  it.each(['', '1,000', '1e5', 'Infinity', '0x1', '--1'])('refuses %j', (text) => {
    expect(normaliseHumanDecimal(text).ok).toBe(false);
  });
});
