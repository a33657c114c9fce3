import { floorDiv } from './rounding.js';

/**
 * The next part of a whole that is handed out in proportion to base amounts, by cumulative floor:
 * all parts sum to `total` exactly and each lies within one unit of its exact share
 * (order generation rules, section 3).
 */
export interface Apportionment {
  /** Sum of the base amounts, fixed while parts are handed out. */
  readonly base: bigint;
  /** What the parts must add up to. */
  readonly total: bigint;
  /** Sum of the base amounts handed out so far. */
  readonly seen: bigint;
  /** Sum of the parts handed out so far. */
  readonly paid: bigint;
}

/** `floor((seen + s) · total / base) − paid`, and 0 when the base is 0. */
export function nextShare(state: Apportionment, baseAmount: bigint): bigint {
  if (state.base === 0n) return 0n;
  return floorDiv((state.seen + baseAmount) * state.total, state.base) - state.paid;
}
