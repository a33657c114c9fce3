import type { Instant } from '@trimtab/core';
import { present } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { modelValues, type ModelValues, type Series } from '@trimtab/option-index';

/** What a series is valued from. */
export interface Market {
  /** Price of the base, in the quote asset. */
  readonly spot: Decimal;
  readonly now: Instant;
  /** Volatility of each base, of a year; the default under `*`. */
  readonly volatilities: ReadonlyMap<string, Decimal>;
}

/** The model values of both halves of a series now. */
export function modelOf(series: Series, { spot, now, volatilities }: Market): ModelValues {
  const volatility = present(
    volatilities.get(series.base) ?? volatilities.get('*'),
    'the settings have a default volatility',
  );
  const { strike, maturity } = series;
  return modelValues({ spot, strike, volatility, remainingMillis: maturity - now });
}
