import { BPS_WHOLE, floorDiv, min, safeNumber } from '@trimtab/decimal';

/** The largest weight that the contract's 32-bit field can say. */
const MAX_WEIGHT_BPS = 2_147_483_647n;

/**
 * `floor(value · 10 000 / NAV)` in bps, 0 when NAV is not positive. A position worth more than
 * 214 748 times NAV is said to weigh 2 147 483 647 bps: generation never reads a live weight, it
 * computes with values.
 */
export function liveWeightBps(value: bigint, nav: bigint): number {
  if (nav <= 0n) return 0;
  return safeNumber(min(floorDiv(value * BigInt(BPS_WHOLE), nav), MAX_WEIGHT_BPS));
}
