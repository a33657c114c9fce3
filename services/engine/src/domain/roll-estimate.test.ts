import { describe, expect, it } from 'vitest';
import { expectedCostBps, type Purchase } from './roll-estimate.js';
import { dec } from './values.fixture.js';

const purchase: Purchase = {
  cash: 0n,
  sales: [{ quantity: 100_000_000n, decimals: 8, price: dec('10000'), bid: dec('9990') }],
  price: dec('20000'),
  ask: dec('20020'),
  decimals: 8,
};

describe('the expected cost of a roll', () => {
  it('is what is lost at the bid and at the ask, at the prices of the oracle', () => {
    // 10 000 → 9 990 → 0.499 half units at 20 020 → 9 980.02: 19.98 bps
    expect(expectedCostBps(purchase)).toBe(20);
  });

  it('counts cash in full and without a bid', () => {
    // 20 000 with half of it in cash: 10 000 + 9 990 at 10 bps more: 5 + 10
    expect(expectedCostBps({ ...purchase, cash: 10_000_000_000n })).toBe(15);
  });

  it.each<readonly [string, Partial<Purchase>, number]>([
    ['the purchase alone', { sales: [], cash: 10_000_000_000n }, 10],
    ['nothing at all without quotes', { sales: [], cash: 10_000_000_000n, ask: undefined }, 0],
  ])('is %s', (_name, change, bps) => {
    expect(expectedCostBps({ ...purchase, ...change })).toBe(bps);
  });

  it('of what is sold without a bid is none', () => {
    const sales = [{ quantity: 100_000_000n, decimals: 8, price: dec('10000'), bid: undefined }];
    expect(expectedCostBps({ ...purchase, sales, ask: undefined })).toBe(0);
  });

  it('of a vault that is worth nothing cannot be said', () => {
    expect(expectedCostBps({ ...purchase, sales: [], cash: 0n })).toBeUndefined();
  });
});
