import { compareDecimals, decimalOf, valueOf, type Quote } from '@trimtab/decimal';
import type { Leg } from './series.js';

/** A series at its settlement. */
export interface Settlement {
  /** In whole units of the quote asset. */
  readonly strike: bigint;
  /** What a unit of the base asset is worth: the last price published before the maturity. */
  readonly quote: Quote;
}

/**
 * What settling a quantity of a half pays, in base units of the underlying: P is worth min(x, S) a
 * unit, rounded down, N the rest of the value of the quantity, so that the two halves of a quantity pay
 * exactly what the quantity is worth (intent rules, the option index).
 */
export function payoutOf(leg: Leg, quantity: bigint, { strike, quote }: Settlement): bigint {
  const ceiling = decimalOf(strike, 0);
  const price = compareDecimals(quote.price, ceiling) < 0 ? quote.price : ceiling;
  const forP = valueOf(quantity, { ...quote, price });
  return leg === 'P' ? forP : valueOf(quantity, quote) - forP;
}
