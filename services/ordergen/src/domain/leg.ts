import { nextShare, type Apportionment } from '@trimtab/decimal';

/**
 * A leg, all sells or all buys, as four integers (order generation rules, section 3): `base` (the
 * original amounts still to come), `total` (what they must now add up to), `seen` and `paid` (of
 * base and total, settled since the last rescale). Constant in size whatever the number of actions.
 */
export type Leg = Apportionment;

/** A leg whose actions get exactly their original amounts, or `total` in proportion to them. */
export function createLeg(base: bigint, total = base): Leg {
  return { base, total, seen: 0n, paid: 0n };
}

/** The original amounts that are still open. */
export function openBase(leg: Leg): bigint {
  return leg.base - leg.seen;
}

/** What the open actions of the leg add up to. */
export function openTotal(leg: Leg): bigint {
  return leg.total - leg.paid;
}

/** The amount of the next action of original amount `original`, by cumulative floor. */
export function shareOf(leg: Leg, original: bigint): bigint {
  return nextShare(leg, original);
}

/** The leg after the next action, of original amount `original`, has settled. */
export function take(leg: Leg, original: bigint): Leg {
  return { ...leg, seen: leg.seen + original, paid: leg.paid + shareOf(leg, original) };
}

/** The leg with its open actions brought to a new total. */
export function rescale(base: bigint, total: bigint): Leg {
  return { base, total, seen: 0n, paid: 0n };
}
