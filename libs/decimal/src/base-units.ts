import { err, ok, type Result } from '@trimtab/core';
import { decimalOf, formatDecimal, pow10, type Decimal } from './decimal.js';
import { floorDiv } from './rounding.js';

/** How an asset's quantity turns into money: its price and the base-unit scales of both sides. */
export interface Quote {
  /** Underlying per whole asset. */
  readonly price: Decimal;
  /** Decimals of the asset, 0 to 27. */
  readonly assetDecimals: number;
  /** Decimals of the underlying (the vault's denomination asset). */
  readonly underlyingDecimals: number;
}

/**
 * `floor(quantity × price × 10^(dU − dA))`: the value of a quantity in base units of the underlying
 * (order generation rules, section 1).
 */
export function valueOf(quantity: bigint, quote: Quote): bigint {
  const places = quote.price.scale + quote.assetDecimals - quote.underlyingDecimals;
  const digits = quantity * quote.price.digits;
  return places > 0 ? floorDiv(digits, pow10(places)) : digits * pow10(-places);
}

/**
 * `floor(amount / price)` in base units of the asset: the largest quantity that an amount of the
 * underlying covers. The price must be positive.
 */
export function quantityFor(amount: bigint, quote: Quote): bigint {
  const numerator = amount * pow10(quote.price.scale + quote.assetDecimals);
  return floorDiv(numerator, quote.price.digits * pow10(quote.underlyingDecimals));
}

/** Rounds a quantity down to a whole number of lots. */
export function roundDownToLot(quantity: bigint, lot: bigint): bigint {
  return floorDiv(quantity, lot) * lot;
}

/** A human amount (whole units) as base units; refused when the asset has too few decimals for it. */
export function toBaseUnits(amount: Decimal, assetDecimals: number): Result<bigint, string> {
  if (amount.scale > assetDecimals) {
    return err(`was ${formatDecimal(amount)}, must have at most ${assetDecimals} fraction digits`);
  }
  return ok(amount.digits * pow10(assetDecimals - amount.scale));
}

/** Base units as a human amount in canonical form. */
export function fromBaseUnits(quantity: bigint, assetDecimals: number): string {
  return formatDecimal(decimalOf(quantity, assetDecimals));
}
