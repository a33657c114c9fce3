import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalOf, valueOf } from '@trimtab/decimal';
import { NOTHING, type Executed } from './execution-report.js';
import type { Order } from './order.js';
import { buyOrder, sellOrder } from './order.fixture.js';
import { fillOnPaper } from './paper-fill.js';
import type { PaperMarket } from './paper-trade.js';

const LEEWAY = 10_000;

/** A market where makers quote within 20 % of the price, on either side of it, crossed or not. */
const markets = fc
  .record({
    price: fc.bigInt(1_000n, 10n ** 9n),
    bidBps: fc.bigInt(8_000n, 12_000n),
    askBps: fc.bigInt(8_000n, 12_000n),
    assetDecimals: fc.integer({ min: 0, max: 18 }),
    lot: fc.bigInt(1n, 1_000n),
  })
  .map(({ price, bidBps, askBps, assetDecimals, lot }): PaperMarket => ({
    price: decimalOf(price, 3),
    bid: decimalOf(price * bidBps, 7),
    ask: decimalOf(price * askBps, 7),
    assetDecimals,
    underlyingDecimals: 6,
    lot,
    minimumOrder: 0n,
  }));

const trades = fc.record({
  market: markets,
  amount: fc.bigInt(1n, 10n ** 15n),
  quantity: fc.bigInt(1n, 10n ** 21n),
  collateral: fc.bigInt(0n, 10n ** 15n),
  releasesCash: fc.boolean(),
  fillBps: fc.integer({ min: 1, max: 10_000 }),
  maxSlippageBps: fc.integer({ min: 0, max: 500 }),
  feeBps: fc.integer({ min: 0, max: 500 }),
});
type GivenTrade = typeof trades extends fc.Arbitrary<infer T> ? T : never;

function executedOf(order: Order, given: GivenTrade): Executed {
  const { market, fillBps, maxSlippageBps, feeBps } = given;
  const model = { seed: 'p', maxSlippageBps, feeBps };
  const open = { ...order, minimumOut: -(10n ** 30n), slippageLimitBps: LEEWAY };
  const priced = { ...open, referencePrice: market.price };
  return fillOnPaper({ order: priced, market, model, fillBps }).at(-1)?.executed ?? NOTHING;
}

/** What a quantity is worth at one side of the quote: a sell gets at most the floor, a buy gives at least it. */
const worth = (quantity: bigint, market: PaperMarket, side: 'bid' | 'ask'): bigint =>
  valueOf(quantity, { ...market, price: market[side] ?? market.price });

it('no order does better than the quote it meets, and nobody takes a fee', () => {
  fc.assert(
    fc.property(trades, (given) => {
      const { market, amount, quantity, collateral, releasesCash } = given;
      const exactIn = { kind: 'QUANTITY', quantity } as const;
      const sold = executedOf(sellOrder({ exactIn, amount }), given);
      expect(sold.underlying <= worth(sold.quantity, market, 'bid')).toBe(true);
      const spends = { kind: 'UNDERLYING', underlying: amount } as const;
      const bought = executedOf(buyOrder({ exactIn: spends, amount }), given);
      expect(bought.underlying >= worth(bought.quantity, market, 'ask')).toBe(true);
      expect(bought.underlying <= amount).toBe(true);

      const short = { side: 'SHORT', releasesCash, exactIn, amount } as const;
      const opening = sellOrder({ ...short, direction: 'INCREASE', collateralDelta: collateral });
      const opened = executedOf(opening, given);
      const raised = opened.collateral + (releasesCash ? opened.underlying : -opened.underlying);
      expect(raised <= worth(opened.quantity, market, 'bid')).toBe(true);
      const closing = sellOrder({ ...short, direction: 'DECREASE', collateralDelta: -collateral });
      const closed = executedOf(closing, given);
      const paid = -closed.collateral - (releasesCash ? closed.underlying : -closed.underlying);
      expect(paid >= worth(closed.quantity, market, 'ask')).toBe(true);
      for (const one of [sold, bought, opened, closed]) expect(one.fee).toBe(0n);
    }),
    { seed: 20260718, numRuns: 1_000 },
  );
});

it('what an order gets is what the quote says, less what no base unit or lot can carry', () => {
  fc.assert(
    fc.property(trades, (given) => {
      const { market, quantity, collateral, amount } = given;
      const exactIn = { kind: 'QUANTITY', quantity } as const;
      const sold = executedOf(sellOrder({ exactIn, amount }), given);
      expect(sold.underlying).toBe(worth(sold.quantity, market, 'bid'));
      const opening = sellOrder({
        ...{ side: 'SHORT', direction: 'INCREASE', releasesCash: false, exactIn, amount },
        collateralDelta: collateral,
      });
      const opened = executedOf(opening, given);
      expect(opened.collateral - opened.underlying).toBe(worth(opened.quantity, market, 'bid'));
      const closing = sellOrder({
        ...{ side: 'SHORT', direction: 'DECREASE', releasesCash: true, exactIn, amount },
        collateralDelta: -collateral,
      });
      const closed = executedOf(closing, given);
      // Rounded up: what is given is at least the value, by less than a base unit.
      const paid = -closed.collateral - closed.underlying;
      expect(paid - worth(closed.quantity, market, 'ask') <= 1n).toBe(true);
    }),
    { seed: 20260718, numRuns: 1_000 },
  );
});
