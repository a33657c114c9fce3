import { err, ok, type Result } from '@trimtab/core';
import { BPS_WHOLE, bpsOf, min, quantityFor, roundDownToLot, valueOf } from '@trimtab/decimal';
import { quoteOf, type PriceBook, type PriceEntry } from './price-book.js';

/**
 * What an order asks of a venue (order generation rules, section 3): the exact side is what the
 * vault gives away, so no buy can overspend and no sell can oversell; the minimum is what it gets.
 */
export type OrderTerms =
  | {
      readonly kind: 'SELL';
      /** Exact quantity in, base units of the asset, a whole number of lots. */
      readonly quantityIn: bigint;
      /** Least proceeds, base units of the underlying. */
      readonly minimumOut: bigint;
    }
  | {
      readonly kind: 'BUY';
      /** Exact underlying in, base units. */
      readonly underlyingIn: bigint;
      /** Least quantity out, base units of the asset. */
      readonly minimumOut: bigint;
    };

/** How a long is traded. */
export interface OrderConditions {
  readonly prices: PriceBook;
  /** The asset's entry in `prices`. */
  readonly entry: PriceEntry;
  /** 0 to 10 000. */
  readonly slippageLimitBps: number;
  /** ENFORCE, or EXEMPT for a settlement, which sells whatever is at least a lot. */
  readonly minimumOrder: 'ENFORCE' | 'EXEMPT';
}

/**
 * The terms of selling `amount` of a long of which `held` base units are held. A sell at its cap is
 * the whole quantity, any other what the amount comes to at the reference price; both are rounded
 * down to the lot. BELOW_LOT when nothing, or less than the minimum order, is left to sell.
 */
export function sellTerms(
  sell: { readonly amount: bigint; readonly cap: bigint; readonly held: bigint },
  conditions: OrderConditions,
): Result<OrderTerms, 'BELOW_LOT'> {
  const quote = quoteOf(conditions.prices, conditions.entry);
  const wanted = sell.amount === sell.cap ? sell.held : quantityFor(sell.amount, quote);
  const quantityIn = roundDownToLot(min(wanted, sell.held), conditions.entry.lot);
  if (isTooSmall(quantityIn, conditions)) return err('BELOW_LOT');
  const minimumOut = lessSlippage(valueOf(quantityIn, quote), conditions.slippageLimitBps);
  return ok({ kind: 'SELL', quantityIn, minimumOut });
}

/** The terms of buying a long for exactly `amount`. BELOW_LOT as for a sell. */
export function buyTerms(
  amount: bigint,
  conditions: OrderConditions,
): Result<OrderTerms, 'BELOW_LOT'> {
  const expected = quantityFor(amount, quoteOf(conditions.prices, conditions.entry));
  const wholeLots = roundDownToLot(expected, conditions.entry.lot);
  if (isTooSmall(wholeLots, conditions)) return err('BELOW_LOT');
  const minimumOut = lessSlippage(wholeLots, conditions.slippageLimitBps);
  return ok({ kind: 'BUY', underlyingIn: amount, minimumOut });
}

/** Whether no venue would take a quantity: nothing, or less than the minimum order. */
export function isTooSmall(quantity: bigint, { entry, minimumOrder }: OrderConditions): boolean {
  return quantity === 0n || (minimumOrder === 'ENFORCE' && quantity < entry.minimumOrder);
}

/** `floor(expected × (10 000 − slippage) / 10 000)`. */
function lessSlippage(expected: bigint, slippageLimitBps: number): bigint {
  return bpsOf(expected, BPS_WHOLE - slippageLimitBps);
}
