import { compare, sorted } from '@trimtab/core';
import { BPS_WHOLE, ceilDiv, safeNumber } from '@trimtab/decimal';

/**
 * The smallest observed slippage that at least `quantileBps / 10 000` of the observations do not
 * exceed: the one at place `ceil(n · quantile / 10 000)` of the sorted list, counted from 1, always an
 * observation and never between two (Hyndman and Fan, Sample Quantiles in Statistical Packages, The
 * American Statistician 50, 1996, definition 1). Undefined without observations.
 */
export function slippageQuantileBps(
  samples: readonly number[],
  quantileBps: number,
): number | undefined {
  const place = ceilDiv(BigInt(samples.length) * BigInt(quantileBps), BigInt(BPS_WHOLE));
  return sorted(samples, compare)[safeNumber(place) - 1];
}
