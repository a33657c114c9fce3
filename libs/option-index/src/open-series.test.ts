import { instant } from '@trimtab/core';
import { decimalOf, parseDecimal, type Decimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { openSeries } from './open-series.js';

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const opening = (spot: string, strikeRatio: string) =>
  openSeries({
    base: 'BTC',
    spot: decimal(spot),
    strikeRatio: decimal(strikeRatio),
    maturityDays: 30,
    now: instant(0),
  });

describe('opening a series', () => {
  it.each([
    ['60000', '0.5', 30_000n],
    // 0.55 · 60 001.99 = 33 001.0945: floored to the tick of 1
    ['60001.99', '0.55', 33_001n],
    ['2', '0.5', 1n],
    ['1', '1', 1n],
  ])('at %s with ratio %s has the strike %i', (spot, ratio, strike) => {
    expect(opening(spot, ratio)).toMatchObject({ ok: true, value: { strike } });
  });

  it('has no strike below a tick', () => {
    expect(opening('1.99', '0.5')).toMatchObject({ ok: false });
  });

  it('never has a strike above the spot', () => {
    for (let digits = 1n; digits < 2000n; digits += 37n) {
      const spot = decimalOf(digits, 2);
      const found = openSeries({
        base: 'BTC',
        spot,
        strikeRatio: decimal('1'),
        maturityDays: 1,
        now: instant(0),
      });
      if (found.ok) expect(found.value.strike * 100n <= digits).toBe(true);
    }
  });
});
