import { safeNumber } from '@trimtab/decimal';
import { floorSqrt } from './floor-sqrt.js';
import { coSpread } from './moments.js';

/**
 * The volatility of a series of returns per year, in bps, rounded down: the sample standard deviation
 * times the root of the periods of a year,
 * `floor(√(periodsPerYear · (n·Σr² − (Σr)²) / (n(n−1) · count²)))`.
 *
 * The score pays for what is above a target, which moves money out of what has become volatile
 * (volatility targeting: Moreira and Muir, Volatility-Managed Portfolios, Journal of Finance 72, 2017).
 *
 * `count` is the number of strategies whose returns were added up to the series; 1 for one strategy.
 */
export function volatilityBps(
  returns: readonly bigint[],
  periodsPerYear: number,
  count = 1,
): number {
  const periods = BigInt(returns.length);
  const divisor = periods * (periods - 1n) * BigInt(count) ** 2n;
  return safeNumber(floorSqrt((BigInt(periodsPerYear) * coSpread(returns, returns)) / divisor));
}
