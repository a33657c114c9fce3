import { ceilDiv, decimalOf, floorDiv, pow10, type Decimal } from '@trimtab/decimal';

/** What a market maker asks and bids. */
export interface Spread {
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** Digits after the point of a quote. */
const PLACES = 6;
/** Twice the whole in bps: half of the spread goes to each side. */
const TWO_WHOLES = 20_000n;

/**
 * The quote around a model value: `value · (1 ∓ spread / 2)`, the bid rounded down and the ask rounded
 * up to 6 digits (intent rules, quotes).
 *
 * @returns nothing for a value whose bid is below the last digit: nobody can buy at 0
 */
export function quoteAround(value: Decimal, spreadBps: number): Spread | undefined {
  const spread = BigInt(spreadBps);
  const divisor = pow10(value.scale) * TWO_WHOLES;
  const bid = floorDiv(value.digits * (TWO_WHOLES - spread) * pow10(PLACES), divisor);
  const ask = ceilDiv(value.digits * (TWO_WHOLES + spread) * pow10(PLACES), divisor);
  if (bid <= 0n) return undefined;
  return { bid: decimalOf(bid, PLACES), ask: decimalOf(ask, PLACES) };
}
