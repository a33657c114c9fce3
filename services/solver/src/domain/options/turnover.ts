import { halfUpShare } from '../half-up.js';

/**
 * What it costs to buy the part of a strategy that is not held yet:
 * `halfUp(penalty · (cap − min(live, cap)) / cap)`, the whole penalty at a cap of 0. Held at its cap a
 * strategy pays nothing, so of two equal strategies the held one is kept (a linear turnover penalty
 * on the distance from the live weights: Grinold and Kahn, Active Portfolio Management, 2nd edition,
 * chapter 16, in the only part that one score can see, its own purchase).
 */
export function turnoverBps(penaltyBps: number, liveWeightBps: number, capBps: number): number {
  if (capBps === 0) return penaltyBps;
  return halfUpShare(penaltyBps, capBps - Math.min(liveWeightBps, capBps), capBps);
}
