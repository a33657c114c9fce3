import {
  compareDecimals,
  multiplyDecimals,
  subtractDecimals,
  type Decimal,
} from '@trimtab/decimal';

/** How far apart two values are, without sign. */
export function distance(left: Decimal, right: Decimal): Decimal {
  const difference = subtractDecimals(left, right);
  return difference.digits < 0n ? { ...difference, digits: -difference.digits } : difference;
}

/**
 * Compares the distance of a price from a reference with a share of the reference, exactly: the sign
 * of `|price − reference| · 10 000 − reference · bps`. 1 is further than `bps`, 0 is exactly there.
 */
export function compareToBand(price: Decimal, reference: Decimal, bps: bigint): -1 | 0 | 1 {
  return compareDecimals(
    multiplyDecimals(distance(price, reference), { digits: 10_000n, scale: 0 }),
    multiplyDecimals(reference, { digits: bps, scale: 0 }),
  );
}
