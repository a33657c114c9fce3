import { BPS_WHOLE, bpsOf, ceilDiv, safeNumber } from '@trimtab/decimal';

/** A trade whose cost is asked of a pool. */
export interface PoolTrade {
  /** Base units of the underlying, above 0. */
  readonly nav: bigint;
  readonly liveWeightBps: number;
  /** Where the trade is to lead. */
  readonly wantedWeightBps: number;
  /** What one side of the pool holds, base units of the underlying, above 0. */
  readonly poolDepth: bigint;
}

/**
 * What a pool of constant product charges for a trade by moving its own price, in bps of the trade,
 * rounded up: who puts `a` into a side that holds `x` gets `x / (x + a)` of the price before, so the
 * cost is `a / (x + a)` (Uniswap v2 Core, Adams, Zinsmeister and Robinson, 2020: x · y = k). The trade
 * is `floor(nav · |wanted − live| / 10 000)`: a large vault pays more than a small one, and what is
 * held already costs nothing.
 */
export function impactBps({ nav, liveWeightBps, wantedWeightBps, poolDepth }: PoolTrade): number {
  const trade = bpsOf(nav, Math.abs(wantedWeightBps - liveWeightBps));
  return safeNumber(ceilDiv(trade * BigInt(BPS_WHOLE), poolDepth + trade));
}
