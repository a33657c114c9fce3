import { instant, type Instant } from '@trimtab/core';
import {
  BPS_WHOLE,
  ceilDiv,
  compareDecimals,
  decimalOf,
  floorDiv,
  multiplyDecimals,
  pow10,
  type Decimal,
} from '@trimtab/decimal';
import type { RollStrategy, Series } from '@trimtab/option-index';

/** When the price or the time makes another look worth while. */

/** The prices of the base that the work is woken below and above. */
export interface WakeBand {
  readonly wakeBelow: Decimal;
  readonly wakeAbove: Decimal;
}

/** Fraction digits of a band. */
const PLACES = 18;

/**
 * The band around a price: a move of so many bps down (floored) or up (rounded up), and before it the
 * roll trigger, strike × threshold, if the price is not below it already.
 */
export function wakeBand(spot: Decimal, moveBps: number, trigger: Decimal | undefined): WakeBand {
  const down = BigInt(BPS_WHOLE - moveBps);
  const up = BigInt(BPS_WHOLE + moveBps);
  const divisor = pow10(spot.scale) * BigInt(BPS_WHOLE);
  const wakeAbove = decimalOf(ceilDiv(spot.digits * up * pow10(PLACES), divisor), PLACES);
  const move = decimalOf(floorDiv(spot.digits * down * pow10(PLACES), divisor), PLACES);
  const isAhead =
    trigger !== undefined &&
    compareDecimals(trigger, spot) <= 0 &&
    compareDecimals(trigger, move) > 0;
  return { wakeBelow: isAhead ? trigger : move, wakeAbove };
}

/** The price that a held series rolls below. */
export function rollTrigger({ strike }: Series, rebalanceThreshold: Decimal): Decimal {
  return multiplyDecimals(decimalOf(strike, 0), rebalanceThreshold);
}

/** When a held series rolls by its age: at maturity, or when a tenth of its life is left. */
export function rollTime(
  { maturity }: Series,
  openTime: Instant,
  rollStrategy: RollStrategy,
): Instant {
  if (rollStrategy !== 'shortDated') return maturity;
  return instant(maturity - Math.floor((maturity - openTime) / 10));
}

/** The earliest of some times that are still to come, if any is. */
export function earliestAfter(
  now: Instant,
  times: readonly (Instant | undefined)[],
): Instant | undefined {
  const ahead = times.filter((time): time is Instant => time !== undefined && time > now);
  return ahead.length === 0 ? undefined : instant(Math.min(...ahead));
}
