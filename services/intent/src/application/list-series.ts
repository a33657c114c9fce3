import type { SeriesPage, SeriesStore } from './series-ports.js';

/**
 * The option series that vaults of intents of a ticker hold or are about to buy: what the oracle agent
 * keeps priced. An intent that has ended counts until its vault holds nothing of it any more.
 */
export type ListSeries = (ticker: string, page: SeriesPage) => Promise<readonly string[]>;

/** Creates the use case. */
export function createListSeries(series: SeriesStore): ListSeries {
  return (ticker, page) => series.list(ticker, page);
}
