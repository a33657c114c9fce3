import { err, ok, type Instant, type Result } from '@trimtab/core';
import { floorDiv, multiplyDecimals, pow10, type Decimal } from '@trimtab/decimal';
import { maturityAfter, type Series } from './series.js';

/** What a new series is opened from. */
export interface Opening {
  readonly base: string;
  /** Price of the base in the quote asset. */
  readonly spot: Decimal;
  readonly strikeRatio: Decimal;
  readonly maturityDays: number;
  readonly now: Instant;
}

/**
 * The series to hold from now on: the strike is the ratio of the spot, floored to the tick of 1; it
 * matures at 08:00 UTC of the day that is maturityDays from now (intent rules, the option index).
 *
 * @returns why there is none: a base that is worth less than a tick over the ratio has no strike
 */
export function openSeries(opening: Opening): Result<Series, string> {
  const { base, spot, strikeRatio, maturityDays, now } = opening;
  const { digits, scale } = multiplyDecimals(spot, strikeRatio);
  const strike = floorDiv(digits, pow10(scale));
  if (strike < 1n) return err(`the strike was below 1, the least tick of a series of ${base}`);
  return ok({ base, strike, maturity: maturityAfter(now, maturityDays) });
}
