import type { Instant } from '@trimtab/core';

/** The part of a list of series that is asked for. */
export interface SeriesPage {
  /** Only ids after this one; empty for the first page. */
  readonly after: string;
  readonly limit: number;
}

/** A series that an intent wants no more, but whose vault may still hold some of it. */
export interface LeftSeries {
  readonly intentId: string;
  readonly seriesId: string;
  /** When it was to be looked at: whoever needs it again in between moves this. */
  readonly checkTime: Instant;
}

/** The series of intents. */
export interface SeriesStore {
  /** The series of a ticker, each once, by id. */
  list(ticker: string, page: SeriesPage): Promise<readonly string[]>;
  /** Series to be looked at that no run is about to buy, the longest first. */
  left(now: Instant, limit: number): Promise<readonly LeftSeries[]>;
  /** Forgets one, unless somebody wants it or moved its time since. */
  forget(series: LeftSeries): Promise<void>;
  /** Looks at one again later. */
  lookAgain(series: LeftSeries, checkTime: Instant): Promise<void>;
}
