import { safeNumber } from '@trimtab/decimal';
import { floorSqrt } from './floor-sqrt.js';
import { coSpread } from './moments.js';

/**
 * What a strategy adds to the volatility of all strategies together per year, in bps, rounded towards
 * zero: its marginal contribution `cov(r, p) / σ(p) · √periodsPerYear` (the Euler decomposition of
 * volatility: Litterman, Hot Spots and Hedges, Journal of Portfolio Management, 1996).
 *
 * p is the sum of all series, each counted once: the scale of p cancels, so the portfolio of equal
 * weights gives the same. With `C = n(n−1)·cov(r, p)` and `V = n(n−1)·var(p)` it is
 * `±floor(√(periodsPerYear · C² / (n(n−1) · V)))`, without a float. 0 when all together never move.
 */
export function riskContributionBps(
  returns: readonly bigint[],
  together: readonly bigint[],
  periodsPerYear: number,
): number {
  const spread = coSpread(together, together);
  if (spread === 0n) return 0;
  const shared = coSpread(returns, together);
  const periods = BigInt(returns.length);
  const squared = (BigInt(periodsPerYear) * shared * shared) / (periods * (periods - 1n) * spread);
  const size = safeNumber(floorSqrt(squared));
  return shared < 0n ? 0 - size : size;
}
