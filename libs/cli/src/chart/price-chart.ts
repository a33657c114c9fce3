import type { Instant } from '@trimtab/core';

/** What a chart of prices shows. Decimals are canonical; drawing alone turns them into numbers. */
export interface PriceChart {
  readonly assetId: string;
  /** The first and the last time that is shown. */
  readonly from: Instant;
  readonly to: Instant;
  /** What each venue said, where that is known. */
  readonly venues: readonly ChartVenue[];
  /** What stood from which time on, in order; the last one stands to the end. */
  readonly standings: readonly ChartStanding[];
}

/** The prices of one venue. */
export interface ChartVenue {
  readonly name: string;
  readonly points: readonly { readonly time: Instant; readonly price: string }[];
}

/** The states of an asset (oracle rules, breaker). */
export type ChartState = 'HEALTHY' | 'STALE' | 'NO_QUORUM' | 'HALTED';

/** A published price and the state of the asset, from a time on. */
export interface ChartStanding {
  readonly time: Instant;
  readonly state: ChartState;
  /** Absent when nothing was published yet. */
  readonly price: string | undefined;
  readonly confidence: string | undefined;
}

/** A stretch of one state. */
export interface ChartPeriod {
  readonly state: ChartState;
  readonly from: Instant;
  readonly to: Instant;
}

/** The states one after the other; neighbours differ. */
export function periodsOf({ standings, to }: PriceChart): readonly ChartPeriod[] {
  const periods: ChartPeriod[] = [];
  for (const { time, state } of standings) {
    const last = periods.at(-1);
    if (last?.state === state) continue;
    if (last !== undefined) periods[periods.length - 1] = { ...last, to: time };
    periods.push({ state, from: time, to });
  }
  return periods;
}
