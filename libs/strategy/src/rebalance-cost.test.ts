import { describe, expect, it } from 'vitest';
import {
  rebalanceCost,
  rebalanceCostBps,
  type ExecutedAction,
  type ExecutedRebalance,
} from './rebalance-cost.js';

const scale = {
  assetDecimals: new Map([
    ['LTC', 2],
    ['WBTC', 8],
  ]),
  underlyingDecimals: 6,
};
const NAV = 1_000_000n;

/** 1.00 LTC at 20 is worth 20 000 000. */
const sell: ExecutedAction = {
  assetId: 'LTC',
  side: 'LONG',
  direction: 'DOWN',
  cash: 20_000_000n,
  collateral: 0n,
  quantity: 100n,
  referencePrice: '20',
};
/** 0.00001 BTC at 4000 is worth 40 000. */
const buy: ExecutedAction = {
  ...sell,
  assetId: 'WBTC',
  direction: 'UP',
  cash: -40_000n,
  quantity: 1_000n,
  referencePrice: '4000',
};
/** A short of 1.00 LTC at 20 behind 30 USDC: 10 of them are the owner's. */
const openShort: ExecutedAction = {
  ...sell,
  side: 'SHORT',
  direction: 'UP',
  cash: -10_000_000n,
  collateral: 30_000_000n,
};

function costOf(actions: readonly ExecutedAction[], corrections = 0n): number {
  const view: ExecutedRebalance = { ended: true, nav: NAV, corrections, actions };
  return rebalanceCostBps(view, scale);
}

describe('the cost of a rebalance', () => {
  it('is 0 when everything is executed at the reference prices, for longs and for shorts', () => {
    expect(costOf([])).toBe(0);
    expect(costOf([sell, buy, openShort])).toBe(0);
    const closeShort = {
      ...openShort,
      direction: 'DOWN',
      cash: 10_000_000n,
      collateral: -30_000_000n,
    } as const;
    expect(costOf([closeShort])).toBe(0);
  });

  it('counts what a sell brought less, what a buy cost more, and both of a short', () => {
    expect(costOf([{ ...sell, cash: 19_990_000n }])).toBe(100);
    expect(costOf([{ ...buy, cash: -41_000n }])).toBe(10);
    expect(costOf([{ ...openShort, cash: -10_000_500n }])).toBe(5);
    expect(
      costOf([
        { ...sell, cash: 19_990_000n },
        { ...buy, cash: -41_000n },
      ]),
    ).toBe(110);
  });

  it('takes the executed quantity for what it is, not what was planned', () => {
    expect(costOf([{ ...sell, quantity: 50n, cash: 10_000_000n }])).toBe(0);
    const failed = { ...sell, quantity: 0n, cash: 0n, referencePrice: '' };
    expect(costOf([failed])).toBe(0);
  });

  it('counts corrections, and lets a gain pay inside a rebalance but never for another one', () => {
    expect(costOf([], -100n)).toBe(1);
    expect(costOf([{ ...sell, cash: 19_990_000n }], 10_000n)).toBe(0);
    expect(costOf([{ ...sell, cash: 20_010_000n }])).toBe(0);
  });

  it('is below 0 for a gain where it is an amount', () => {
    const view: ExecutedRebalance = { ended: true, nav: NAV, corrections: 5n, actions: [sell] };
    expect(rebalanceCost(view, scale)).toBe(-5n);
  });

  it('is rounded half up', () => {
    expect([costOf([], -49n), costOf([], -50n)]).toEqual([0, 1]);
  });
});
