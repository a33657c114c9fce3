import type { Instant } from '@trimtab/core';
import { ceilDiv, floorDiv, min } from '@trimtab/decimal';

/** Units of the option index: what makes a vault's value comparable across deposits and withdrawals. */
export interface Units {
  /** In issue; one for each base unit of the underlying at the first deposit. */
  readonly count: bigint;
  /** When the first of them was issued; absent while there are none. */
  readonly firstTime: Instant | undefined;
}

/** No units. */
export const NO_UNITS: Units = { count: 0n, firstTime: undefined };

/** What a deposit or withdrawal did to the value of a vault, at the prices of its time. */
export interface Flow {
  readonly navBefore: bigint;
  readonly navAfter: bigint;
  readonly time: Instant;
}

/**
 * The units after a flow: issued at NAV per unit on deposit (floor), redeemed at NAV per unit on
 * withdrawal (ceiling), so that no flow ever lowers the value of a unit, and moves it by less than one
 * unit's part. The first deposit issues one unit for each base unit of the underlying. Units of a vault
 * that is worth nothing are worth nothing: the next deposit starts anew.
 */
export function unitsAfter(units: Units, { navBefore, navAfter, time }: Flow): Units {
  if (navAfter <= 0n) return NO_UNITS;
  if (units.count === 0n || navBefore <= 0n) return { count: navAfter, firstTime: time };
  const moved = navAfter - navBefore;
  const count =
    moved >= 0n
      ? units.count + floorDiv(moved * units.count, navBefore)
      : units.count - min(units.count, ceilDiv(-moved * units.count, navBefore));
  return count === 0n ? NO_UNITS : { ...units, count };
}
