import type { Instant } from '@trimtab/core';
import {
  compareDecimals,
  decimalOf,
  DECIMAL_ONE,
  max,
  pow10,
  ratioDecimal,
  type Decimal,
} from '@trimtab/decimal';
import { driftBps, type Leg, type Series } from '@trimtab/option-index';
import { halfPrice, type HalfMarket } from './half-price.js';
import type { HeldSeries } from './runtime.js';

/** The index that a vault is measured against, and how far it is from it (intent rules, drift). */

/** Fraction digits of I / I0, floored. */
const PLACES = 18;
/** The last digit of the model: what is worth nothing counts as much, for nothing has no logarithm. */
const LEAST_VALUE = decimalOf(1n, 6);

/** The value of N that the index is linked by. */
export function linkValueOf(series: Series, market: HalfMarket): Decimal {
  const value = halfPrice('N', series, market);
  return compareDecimals(value, LEAST_VALUE) < 0 ? LEAST_VALUE : value;
}

/** When and from what an index starts anew: units were issued again while the series was held. */
export interface Restart {
  readonly time: Instant;
  /** The value of N at that time. */
  readonly linkValue: Decimal;
}

/**
 * I / I0 at a market: constant for P, the model value of N for N, linked at rolls: what it was when the
 * series was bought, times what N has done since.
 */
export function indexAt(
  held: HeldSeries,
  market: HalfMarket,
  restart: Restart | undefined,
): Decimal {
  if (held.linkValue === undefined) return DECIMAL_ONE;
  const value = linkValueOf(held.series, market);
  if (restart !== undefined && restart.time > held.openTime) {
    return ratioOf(value, restart.linkValue);
  }
  const linked = {
    digits: held.index.digits * value.digits,
    scale: held.index.scale + value.scale,
  };
  return ratioOf(linked, held.linkValue);
}

/** A series as it is bought, linked to the one before it. */
export function openHeld(
  leg: Leg,
  series: Series,
  opening: {
    readonly market: HalfMarket;
    readonly before: HeldSeries | undefined;
    /** The market of the series before it: of its maturity, if that has passed. */
    readonly marketBefore: HalfMarket;
    readonly restart: Restart | undefined;
  },
): HeldSeries {
  const { market, before, marketBefore, restart } = opening;
  const openTime = market.time;
  if (leg === 'P') return { series, openTime, index: DECIMAL_ONE, linkValue: undefined };
  const index = before === undefined ? DECIMAL_ONE : indexAt(before, marketBefore, restart);
  const isNothing = index.digits === 0n;
  return {
    series,
    openTime,
    index: isNothing ? decimalOf(1n, PLACES) : index,
    linkValue: linkValueOf(series, market),
  };
}

/** What the drift of a vault is computed from. */
export interface DriftState {
  readonly nav: bigint;
  readonly issuedUnits: bigint;
  /** Absent before the first unit: there is no drift. */
  readonly firstUnitTime: Instant | undefined;
  /** I / I0. */
  readonly index: Decimal;
  readonly now: Instant;
  readonly maturityDays: number;
}

/** The yearly drift between the value of a unit, 1 at the first, and the index; a NAV of 0 and less counts as 1. */
export function yearlyDriftBps(state: DriftState): number {
  const { nav, issuedUnits, firstUnitTime, index, now, maturityDays } = state;
  if (firstUnitTime === undefined || issuedUnits <= 0n) return 0;
  return driftBps({
    value: max(nav, 1n),
    firstValue: issuedUnits,
    index: max(index.digits, 1n),
    firstIndex: pow10(index.scale),
    elapsedMillis: Math.max(now - firstUnitTime, 0),
    maturityDays,
  });
}

function ratioOf(numerator: Decimal, denominator: Decimal): Decimal {
  return ratioDecimal(
    numerator.digits * pow10(denominator.scale),
    denominator.digits * pow10(numerator.scale),
    PLACES,
  );
}
