import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf } from '@trimtab/decimal';
import { buyOrder, sellOrder } from './order.fixture.js';
import { fillOnPaper } from './paper-fill.js';
import type { PaperFill, PaperMarket } from './paper-trade.js';
import { outcomeOf } from './paper-script.js';

const market: PaperMarket = {
  price: decimalOf(100n, 0),
  assetDecimals: 8,
  underlyingDecimals: 6,
  lot: 1n,
  minimumOrder: 0n,
};
const exact = { seed: 's', maxSlippageBps: 0, feeBps: 0 };
const fill = (changes: Partial<PaperFill>): PaperFill => ({
  order: sellOrder(),
  market,
  model: exact,
  fillBps: 10_000,
  ...changes,
});

describe('the paper venue', () => {
  it('fills a sell at the price and keeps its fee from the proceeds', () => {
    // 2 × 100 = 200, a fee of 10 bps is 0.2
    const [report] = fillOnPaper(
      fill({ order: sellOrder({ minimumOut: 0n }), model: { ...exact, feeBps: 10 } }),
    );
    expect(report?.execType).toBe('FILL');
    expect(report?.executed).toEqual({
      quantity: 200_000_000n,
      underlying: 199_800_000n,
      collateral: 0n,
      fee: 200_000n,
    });
  });

  it('spends exactly what goes into a buy, fee included', () => {
    const [report] = fillOnPaper(
      fill({ order: buyOrder({ minimumOut: 0n }), model: { ...exact, feeBps: 10 } }),
    );
    expect(report?.executed.underlying).toBe(200_000_000n);
    // fee = ceil(200 × 10 / 10 010) = 0.199801; the rest buys 1.99800199
    expect(report?.executed.fee).toBe(199_801n);
    expect(report?.executed.quantity).toBe(199_800_199n);
  });

  it('leaves what a whole lot does not need', () => {
    const lots = { ...market, lot: 150_000_000n };
    const [report] = fillOnPaper(fill({ order: buyOrder({ minimumOut: 0n }), market: lots }));
    expect(report?.executed.quantity).toBe(150_000_000n);
    // 1.5 × 100 = 150, and one base unit for the floor of the value
    expect(report?.executed.underlying).toBe(150_000_001n);
  });

  it('reports a part and then the end of the rest', () => {
    const reports = fillOnPaper(fill({ fillBps: 5000 }));
    expect(reports.map(({ execType }) => execType)).toEqual(['PARTIAL_FILL', 'CANCELED']);
    expect(reports.map(({ executed }) => executed.quantity)).toEqual([100_000_000n, 100_000_000n]);
    expect(reports[1]?.failureReason).toBe('INSUFFICIENT_LIQUIDITY');
  });

  it('sells less than the minimum order: a position can always be ended', () => {
    const [report] = fillOnPaper(fill({ market: { ...market, minimumOrder: 200_000_001n } }));
    expect(report?.execType).toBe('FILL');
  });

  it('measures the minimum order by the order, not by the part that is filled', () => {
    const atMinimum = { ...market, minimumOrder: 200_000_000n };
    const [report] = fillOnPaper(fill({ order: buyOrder(), market: atMinimum, fillBps: 1000 }));
    expect(report?.execType).toBe('PARTIAL_FILL');
  });

  it('holds a part to its part of the minimum out', () => {
    // Half of 2 at 100 raises 100; half of the minimum is 100, and one unit more is not reached.
    const half = (minimumOut: bigint) =>
      fillOnPaper(fill({ fillBps: 5000, order: sellOrder({ minimumOut }) }))[0]?.failureReason;
    expect(half(200_000_000n)).toBeUndefined();
    expect(half(200_000_002n)).toBe('SLIPPAGE_EXCEEDED');
  });

  it('does not take the rest that a lot leaves for a bad price', () => {
    // Half of 2 is 1, of which one lot of 0.7 is sold for 70; the minimum for 0.7 of 2 is 69.65.
    const lots = { ...market, lot: 70_000_000n };
    const sold = fillOnPaper(fill({ fillBps: 5000, market: lots }));
    expect(sold[0]?.executed.underlying).toBe(70_000_000n);
    // 200 would buy 2, of which two lots are 1.4 for 140; the minimum for 140 of 200 is 1.393.
    const [bought] = fillOnPaper(fill({ order: buyOrder(), market: lots }));
    expect(bought?.executed.quantity).toBe(140_000_000n);
  });

  it('leaves what is no whole lot of a sell, and says so', () => {
    const reports = fillOnPaper(fill({ market: { ...market, lot: 150_000_000n } }));
    expect(reports.map(({ execType }) => execType)).toEqual(['PARTIAL_FILL', 'CANCELED']);
    expect(reports[1]?.failureReason).toBe('BELOW_LOT');
    expect(reports[1]?.executed.quantity).toBe(150_000_000n);
  });

  it.each([
    [
      'a quantity of 0',
      fill({ order: sellOrder({ exactIn: { kind: 'QUANTITY', quantity: 0n } }) }),
      'BELOW_LOT',
    ],
    [
      'less than the minimum order',
      fill({ order: buyOrder(), market: { ...market, minimumOrder: 200_000_001n } }),
      'BELOW_LOT',
    ],
    [
      'less than the minimum out',
      fill({ order: sellOrder({ minimumOut: 200_000_001n }) }),
      'SLIPPAGE_EXCEEDED',
    ],
    [
      'a long without anything that goes in',
      fill({ order: sellOrder({ exactIn: undefined }) }),
      'VENUE_REJECTED',
    ],
  ])('refuses %s', (_what, request, reason) => {
    const [report] = fillOnPaper(request);
    expect(report?.failureReason).toBe(reason);
    expect(report?.executed.quantity).toBe(0n);
  });

  it('never spends more than goes in, never pays more than the value, for any model', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        fc.integer({ min: 1, max: 10_000 }),
        (amount, maxSlippageBps, feeBps, lot, fillBps) => {
          const model = { seed: String(amount), maxSlippageBps, feeBps };
          const some = { market: { ...market, lot }, model, fillBps };
          const buy = buyOrder({
            minimumOut: 0n,
            exactIn: { kind: 'UNDERLYING', underlying: amount },
          });
          const [bought] = fillOnPaper(fill({ ...some, order: buy }));
          expect((bought?.executed.underlying ?? 0n) <= amount).toBe(true);
          expect((bought?.executed.quantity ?? 0n) % lot).toBe(0n);
          const quantity = amount - (amount % lot);
          const sell = sellOrder({ minimumOut: 0n, exactIn: { kind: 'QUANTITY', quantity } });
          const [sold] = fillOnPaper(fill({ ...some, order: sell }));
          // value = quantity × 100 × 10^(6 − 8) = quantity
          expect((sold?.executed.underlying ?? 0n) <= quantity).toBe(true);
          expect((sold?.executed.underlying ?? 0n) >= 0n).toBe(true);
          expect((sold?.executed.quantity ?? 0n) <= quantity).toBe(true);
        },
      ),
      { seed: 20260718 },
    );
  });

  it('draws the same slippage for the same order and seed', () => {
    const model = { seed: 's', maxSlippageBps: 40, feeBps: 0 };
    const request = fill({ model, order: sellOrder({ minimumOut: 0n }) });
    expect(fillOnPaper(request)).toEqual(fillOnPaper(request));
    const draws = new Set(
      Array.from({ length: 50 }, (_, number) =>
        String(
          fillOnPaper(
            fill({ model, order: sellOrder({ minimumOut: 0n, orderId: String(number) }) }),
          )[0]?.executed.underlying,
        ),
      ),
    );
    expect(draws.size).toBeGreaterThan(10);
  });
});

describe('outcomeOf', () => {
  it('takes the first line that matches and fills without one', () => {
    const script = [
      { index: 0, outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
      { assetId: 'WBTC', direction: 'INCREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
    ] as const;
    expect(outcomeOf(script, sellOrder()).kind).toBe('FAIL');
    expect(outcomeOf(script, buyOrder({ index: 3 })).kind).toBe('FILL_PART');
    expect(outcomeOf(script, sellOrder({ index: 3 })).kind).toBe('FILL');
  });
});
