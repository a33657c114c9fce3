import { BPS_WHOLE, ceilDiv, safeNumber } from '@trimtab/decimal';

/**
 * The largest fall of the value from a peak before it, in bps of the peak, rounded up: 0 to 10 000
 * (maximum drawdown: Magdon-Ismail and Atiya, Maximum Drawdown, Risk Magazine, October 2004). The
 * value starts at its first peak, before the first return. Exact: what is left of the latest peak is a
 * fraction of two integers, and no period is rounded.
 *
 * `count` is the number of strategies whose returns were added up to the series; 1 for one strategy.
 */
export function maximumDrawdownBps(returns: readonly bigint[], count = 1): number {
  const whole = BigInt(BPS_WHOLE) * BigInt(count);
  let left = 1n;
  let peak = 1n;
  let deepest = 0n;
  for (const change of returns) {
    left *= whole + change;
    peak *= whole;
    if (left >= peak) {
      left = 1n;
      peak = 1n;
    } else {
      const fall = ceilDiv((peak - left) * BigInt(BPS_WHOLE), peak);
      if (fall > deepest) deepest = fall;
    }
  }
  return safeNumber(deepest);
}
