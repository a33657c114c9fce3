import { floorDiv, pow10, type Decimal } from '@trimtab/decimal';
import type { Leg } from './series.js';

/** What settling a half pays, in base units of the base asset, for a price of it in the quote asset. */
export interface Settlement {
  readonly strike: bigint;
  readonly price: Decimal;
}

/**
 * The payout of a quantity of a half at maturity: P pays min(1, S/x) of a unit, rounded down, N the
 * rest, so that the two halves of a quantity pay exactly that quantity.
 */
export function payoutOf(leg: Leg, quantity: bigint, settlement: Settlement): bigint {
  const forP = payoutOfP(quantity, settlement);
  return leg === 'P' ? forP : quantity - forP;
}

function payoutOfP(quantity: bigint, { strike, price }: Settlement): bigint {
  const scaledStrike = strike * pow10(price.scale);
  if (price.digits <= scaledStrike) return quantity;
  return floorDiv(quantity * scaledStrike, price.digits);
}
