import {
  err,
  formatInstant,
  instant,
  ok,
  parseInstant,
  type Instant,
  type Result,
} from '@trimtab/core';

/** The halves of a unit of the base asset: P is worth min(1, S/x) of it, N the rest. */
export const LEGS = ['P', 'N'] as const;
/** A half of a unit. */
export type Leg = (typeof LEGS)[number];

/** What a series is, without the half (intent rules, the option index). */
export interface Series {
  /** The asset that is split, as in the ticker: `BTC`. */
  readonly base: string;
  /** In whole units of the quote asset, at least 1. */
  readonly strike: bigint;
  /** 08:00 UTC of a day. */
  readonly maturity: Instant;
}

const MATURITY_TIME = 'T08:00:00.000Z';
const SERIES_ID = /^([PN])-([A-Z]{2,5})-([1-9]\d{0,29})-(\d{4})(\d{2})(\d{2})$/;

/** The asset id of a half of a series: `P-BTC-30000-20260801`. */
export function seriesAssetId(leg: Leg, series: Series): string {
  const day = formatInstant(series.maturity).slice(0, 10).replaceAll('-', '');
  return `${leg}-${series.base}-${series.strike}-${day}`;
}

/** The id of a series without its half: `BTC-30000-20260801`. */
export function seriesId(series: Series): string {
  return seriesAssetId('P', series).slice(2);
}

/** Reads the id of a series without its half. */
export function parseSeriesId(text: string): Result<Series, string> {
  const parsed = parseSeriesAssetId(`P-${text}`);
  if (parsed.ok) return ok(parsed.value.series);
  return err(`"${text.slice(0, 64)}" is no series, such as BTC-30000-20260801`);
}

/** Reads the asset id of a half of a series. */
export function parseSeriesAssetId(
  assetId: string,
): Result<{ readonly leg: Leg; readonly series: Series }, string> {
  const match = SERIES_ID.exec(assetId);
  const [, leg, base = '', strike = '', year = '', month = '', day = ''] = match ?? [];
  const maturity = parseInstant(`${year}-${month}-${day}${MATURITY_TIME}`);
  if (match === null || !maturity.ok) {
    return err(`"${assetId.slice(0, 64)}" is no series, such as P-BTC-30000-20260801`);
  }
  const series = { base, strike: BigInt(strike), maturity: maturity.value };
  return ok({ leg: leg === 'N' ? 'N' : 'P', series });
}

const DAY_MS = 86_400_000;
const EIGHT_HOURS_MS = 28_800_000;

/** 08:00 UTC of the day that is so many days after the day of a time. */
export function maturityAfter(now: Instant, days: number): Instant {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  return instant(today + days * DAY_MS + EIGHT_HOURS_MS);
}
