import { present, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { modelValues, type Leg, type Series } from '@trimtab/option-index';

/** Volatility of a year by base of the series; the default under `*`. */
export type Volatilities = ReadonlyMap<string, Decimal>;

/** What a half is valued from. */
export interface HalfMarket {
  /** Price of the base; of a series that is mature, the one that it is settled by. */
  readonly spot: Decimal;
  readonly time: Instant;
  readonly volatilities: Volatilities;
}

/** The model value of a half (intent rules, the option index); from the maturity on what it pays. */
export function halfPrice(leg: Leg, series: Series, market: HalfMarket): Decimal {
  const { spot, time, volatilities } = market;
  const { base, strike, maturity } = series;
  const volatility = present(
    volatilities.get(base) ?? volatilities.get('*'),
    'the settings have a default volatility',
  );
  const values = modelValues({ spot, strike, volatility, remainingMillis: maturity - time });
  return leg === 'P' ? values.p : values.n;
}
