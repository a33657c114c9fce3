import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import type { Order } from './order.js';
import { buyOrder, sellOrder } from './order.fixture.js';
import { fillOnPaper } from './paper-fill.js';
import type { PaperMarket } from './paper-trade.js';

/** The oracle says 100; makers buy at 99.9 and sell at 100.1. */
const market: PaperMarket = {
  price: decimalOf(100n, 0),
  bid: decimalOf(999n, 1),
  ask: decimalOf(1001n, 1),
  assetDecimals: 8,
  underlyingDecimals: 6,
  lot: 1n,
  minimumOrder: 0n,
};
/** Without a quote this venue costs. */
const model = { seed: 's', maxSlippageBps: 40, feeBps: 10 };
const fill = (order: Order, changes: Partial<PaperMarket> = {}, fillBps = 10_000) =>
  fillOnPaper({ order, market: { ...market, ...changes }, model, fillBps });
const executed = (order: Order, changes: Partial<PaperMarket> = {}, fillBps = 10_000) =>
  fill(order, changes, fillBps).at(-1)?.executed;

const QUANTITY = { kind: 'QUANTITY', quantity: 200_000_000n } as const;
/** Sells 2 short behind 300: needs 100 at the oracle's price. */
const opening = sellOrder({
  side: 'SHORT',
  direction: 'INCREASE',
  releasesCash: false,
  amount: 100_000_000n,
  exactIn: QUANTITY,
  collateralDelta: 300_000_000n,
});
/** Buys 2 back and frees 300: releases 100. */
const closing = sellOrder({
  side: 'SHORT',
  direction: 'DECREASE',
  amount: 100_000_000n,
  exactIn: QUANTITY,
  collateralDelta: -300_000_000n,
  minimumOut: 99_000_000n,
});

describe('the paper venue at a quote', () => {
  it('sells at the bid, without slippage and without a fee', () => {
    // 2 × 99.9
    expect(executed(sellOrder())).toEqual({
      quantity: 200_000_000n,
      underlying: 199_800_000n,
      collateral: 0n,
      fee: 0n,
    });
  });

  it('buys at the ask with all that goes in, without a fee', () => {
    // floor(200 / 100.1) to 8 digits
    expect(executed(buyOrder())).toEqual({
      quantity: 199_800_199n,
      underlying: 200_000_000n,
      collateral: 0n,
      fee: 0n,
    });
  });

  it('opens a short at the bid: what the spread costs, the collateral is short of', () => {
    expect(executed(opening)).toEqual({
      quantity: 200_000_000n,
      underlying: 100_000_000n,
      collateral: 299_800_000n,
      fee: 0n,
    });
  });

  it('closes a short at the ask, and pays the spread from what it frees', () => {
    // 300 − 2 × 100.1
    expect(executed(closing)).toEqual({
      quantity: 200_000_000n,
      underlying: 99_800_000n,
      collateral: -300_000_000n,
      fee: 0n,
    });
  });

  it('fills a part of the order at the same quote', () => {
    const reports = fill(sellOrder(), {}, 5_000);
    expect(reports.map(({ execType }) => execType)).toEqual(['PARTIAL_FILL', 'CANCELED']);
    // 1 × 99.9
    expect(reports.at(-1)?.executed).toMatchObject({ underlying: 99_900_000n, fee: 0n });
  });

  it('trades whole lots, and leaves what a lot does not need', () => {
    const lots = { lot: 150_000_000n };
    expect(fill(sellOrder(), lots).at(-1)?.failureReason).toBe('BELOW_LOT');
    expect(executed(sellOrder(), lots)).toMatchObject({ underlying: 149_850_000n });
    // 1.5 × 100.1, and one base unit for the floor of the value
    expect(executed(buyOrder(), lots)).toMatchObject({
      quantity: 150_000_000n,
      underlying: 150_150_001n,
    });
  });

  it.each<[string, Order, Partial<PaperMarket>, Partial<PaperMarket>]>([
    ['a sell', sellOrder(), { bid: decimalOf(995n, 1) }, { bid: decimalOf(994_999n, 4) }],
    ['a buy', buyOrder(), { ask: decimalOf(1005n, 1) }, { ask: decimalOf(1_005_001n, 4) }],
    ['an opened short', opening, { bid: decimalOf(995n, 1) }, { bid: decimalOf(994_999n, 4) }],
    ['a closed short', closing, { ask: decimalOf(1005n, 1) }, { ask: decimalOf(1_005_001n, 4) }],
  ])('holds %s to the slippage limit: 50 bps pass, and no more', (_what, order, at, beyond) => {
    expect(fill(order, at)[0]?.execType).toBe('FILL');
    expect(fill(order, beyond)).toMatchObject([
      { execType: 'REJECTED', failureReason: 'SLIPPAGE_EXCEEDED' },
    ]);
  });

  it('fills at the quote that the order meets, whatever the other side asks for', () => {
    expect(fill(sellOrder(), { ask: decimalOf(900n, 0) })[0]?.execType).toBe('FILL');
    expect(fill(buyOrder(), { bid: decimalOf(1n, 0) })[0]?.execType).toBe('FILL');
  });

  it('gives the order more when the quote is better than the price', () => {
    expect(executed(sellOrder(), { bid: decimalOf(101n, 0) })?.underlying).toBe(202_000_000n);
    expect(executed(buyOrder(), { ask: decimalOf(50n, 0) })?.quantity).toBe(400_000_000n);
  });

  it('draws slippage and takes its fee as ever where nobody quotes', () => {
    const bare = { bid: undefined, ask: undefined };
    const order = sellOrder({ minimumOut: 0n });
    const unquoted = { ...market, ...bare };
    expect(fill(order, bare)).toEqual(
      fillOnPaper({ order, market: unquoted, model, fillBps: 10_000 }),
    );
    expect(executed(order, bare)?.fee).toBeGreaterThan(0n);
    // A bid alone is nothing to a buy.
    const buy = buyOrder({ minimumOut: 0n });
    expect(executed(buy, { ask: undefined })?.fee).toBeGreaterThan(0n);
  });
});
