import { Decimal as BigDecimal } from 'decimal.js';
import { invariant } from '@trimtab/core';

/** More digits than any result needs, so that rounding the last ones cannot be seen. */
const LogDecimal = BigDecimal.clone({ precision: 60, rounding: BigDecimal.ROUND_HALF_EVEN });

/**
 * `ln(numerator / denominator) · 10^places`, rounded half to even, for positive integers. The one
 * transcendental function of the rules: the same digits on every machine, because decimal.js computes
 * them in decimals.
 */
export function lnRatio(numerator: bigint, denominator: bigint, places: number): bigint {
  invariant(numerator > 0n && denominator > 0n, 'logarithms are of positive numbers');
  const ratio = new LogDecimal(numerator.toString()).div(denominator.toString());
  return BigInt(ratio.ln().times(new LogDecimal(10).pow(places)).toFixed(0));
}
