/**
 * What is known of a strategy's market beyond the plain snapshot. Only options read it: without an
 * option it is not part of a plan.
 */
export interface MarketData {
  /** The return of each period, the oldest first, −10 000 (all is lost) to 100 000; at most 366 of them. */
  readonly returnHistoryBps?: readonly number[];
  /** The underlying that one side of the strategy's pool holds, base units, above 0. */
  readonly poolDepth?: bigint;
  /** Observed slippages of equal weight in any order, 0 to 10 000; at most 1000. */
  readonly slippageSamplesBps?: readonly number[];
}

/** The latest `windowPeriods` returns; undefined when there are fewer. */
export function latestReturns(
  market: MarketData | undefined,
  windowPeriods: number,
): readonly number[] | undefined {
  const history = market?.returnHistoryBps ?? [];
  return history.length < windowPeriods ? undefined : history.slice(-windowPeriods);
}
