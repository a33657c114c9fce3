import { quantityFor, type Decimal } from '@trimtab/decimal';
import { rollCostBps } from '@trimtab/option-index';
import { UNDERLYING_DECIMALS } from '@trimtab/strategy';
import { valueAt } from './valuation.js';

/** What is sold for a series, at what the oracle and the market makers say. */
export interface Sale {
  readonly quantity: bigint;
  readonly decimals: number;
  readonly price: Decimal;
  /** Absent: nobody quotes it, and it is taken to go at its price. */
  readonly bid: Decimal | undefined;
}

/** A purchase of a half with everything that a vault has. */
export interface Purchase {
  readonly cash: bigint;
  readonly sales: readonly Sale[];
  readonly price: Decimal;
  /** Absent: nobody quotes it, and it is taken to come at its price. */
  readonly ask: Decimal | undefined;
  /** Of the base, and so of its halves. */
  readonly decimals: number;
}

/**
 * What the quotes say that a roll would cost, in bps: everything goes at the bids and into the new half
 * at its ask, and is valued at the oracle's prices before and after (intent rules, cost).
 *
 * @returns nothing for a vault that is worth nothing
 */
export function expectedCostBps(purchase: Purchase): number | undefined {
  const { cash, sales, price, ask, decimals } = purchase;
  const sum = (priceOf: (sale: Sale) => Decimal): bigint =>
    sales.reduce((total, sale) => {
      const at = { price: priceOf(sale), decimals: sale.decimals };
      return total + valueAt(sale.quantity, at);
    }, cash);
  const before = sum((sale) => sale.price);
  if (before <= 0n) return undefined;
  const money = sum((sale) => sale.bid ?? sale.price);
  const bought = quantityFor(money, {
    price: ask ?? price,
    assetDecimals: decimals,
    underlyingDecimals: UNDERLYING_DECIMALS,
  });
  return rollCostBps(before, valueAt(bought, { price, decimals }));
}
