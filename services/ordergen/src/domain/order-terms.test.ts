import { describe, expect, it } from 'vitest';
import { priced } from './generate.fixture.js';
import { buyTerms, sellTerms, type OrderConditions } from './order-terms.js';
import { createPriceBook, type PriceEntry } from './price-book.js';

const conditions = (
  price: string,
  more: Partial<PriceEntry> = {},
  rest: Partial<OrderConditions> = {},
): OrderConditions => {
  const entry = priced('A', price, more);
  const prices = createPriceBook(0, [entry]);
  return { prices, entry, slippageLimitBps: 50, minimumOrder: 'ENFORCE', ...rest };
};
const sell = (amount: bigint, cap: bigint, held: bigint): Parameters<typeof sellTerms>[0] => ({
  amount,
  cap,
  held,
});

describe('a sell', () => {
  it('gives the quantity that its amount comes to, floored, for at least its value less slippage', () => {
    // floor(1000 / 3) = 333 worth 999, less 50 bps: floor(994.005)
    expect(sellTerms(sell(1_000n, 3_000n, 1_000n), conditions('3'))).toEqual({
      ok: true,
      value: { kind: 'SELL', quantityIn: 333n, minimumOut: 994n },
    });
  });

  it('at its cap gives the whole quantity, also where the value was floored', () => {
    // 3 base units at 0.5 are worth 1; floor(1 / 0.5) would give 2
    expect(sellTerms(sell(1n, 1n, 3n), conditions('0.5'))).toMatchObject({
      value: { quantityIn: 3n },
    });
  });

  it('never gives more than is held', () => {
    expect(sellTerms(sell(100n, 200n, 40n), conditions('1'))).toMatchObject({
      value: { quantityIn: 40n },
    });
  });

  it('is whole lots, a full exit too', () => {
    const lots = conditions('1', { lot: 10n });
    expect(sellTerms(sell(99n, 200n, 200n), lots)).toMatchObject({ value: { quantityIn: 90n } });
    expect(sellTerms(sell(99n, 99n, 99n), lots)).toMatchObject({ value: { quantityIn: 90n } });
    expect(sellTerms(sell(10n, 99n, 99n), lots)).toMatchObject({ value: { quantityIn: 10n } });
    expect(sellTerms(sell(9n, 99n, 99n), lots)).toEqual({ ok: false, error: 'BELOW_LOT' });
  });

  it('below the minimum order fails, unless a settlement is exempt', () => {
    const minimum = { minimumOrder: 50n };
    expect(sellTerms(sell(50n, 99n, 99n), conditions('1', minimum)).ok).toBe(true);
    expect(sellTerms(sell(49n, 99n, 99n), conditions('1', minimum)).ok).toBe(false);
    const settling = conditions('1', minimum, { minimumOrder: 'EXEMPT' });
    expect(sellTerms(sell(49n, 99n, 99n), settling).ok).toBe(true);
    expect(sellTerms(sell(0n, 99n, 99n), settling).ok).toBe(false);
  });
});

describe('a buy', () => {
  it('spends exactly its amount, for at least the quantity less slippage', () => {
    // floor(1000 / 3) = 333, less 50 bps: floor(331.335)
    expect(buyTerms(1_000n, conditions('3'))).toEqual({
      ok: true,
      value: { kind: 'BUY', underlyingIn: 1_000n, minimumOut: 331n },
    });
  });

  it('that comes to no lot, or less than the minimum order, fails', () => {
    expect(buyTerms(2n, conditions('3'))).toEqual({ ok: false, error: 'BELOW_LOT' });
    expect(buyTerms(3n, conditions('3')).ok).toBe(true);
    expect(buyTerms(147n, conditions('3', { minimumOrder: 50n })).ok).toBe(false);
    expect(buyTerms(150n, conditions('3', { minimumOrder: 50n })).ok).toBe(true);
  });

  it('with a limit of 100 % takes any quantity', () => {
    const anything = conditions('3', {}, { slippageLimitBps: 10_000 });
    expect(buyTerms(30n, anything)).toMatchObject({ value: { minimumOut: 0n } });
  });
});
