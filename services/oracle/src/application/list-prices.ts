import type { Health } from '../domain/evaluation.js';
import type { OracleTransactions, PriceView } from './ports.js';
import {
  demandPrices,
  standingAt,
  type PriceDependencies,
  type StandingPrice,
} from './standing-prices.js';

/** What to list. */
export interface PriceQuery {
  readonly afterAssetId: string;
  readonly limit: number;
  /** Only these assets, known or not; empty means every asset. */
  readonly assetIds: readonly string[];
  /** Only prices in these states; empty means every state. */
  readonly states: readonly Health[];
}

/** Prices now by asset id, at most `limit`, published where they have moved. */
export type ListPrices = (query: PriceQuery) => Promise<readonly StandingPrice[]>;

/** Creates the use case. Reads the view; the database only when a price is due. */
export function createListPrices(
  dependencies: PriceDependencies & {
    readonly view: PriceView;
    readonly transactions: OracleTransactions;
  },
): ListPrices {
  const { view, transactions, clock } = dependencies;
  return async ({ afterAssetId, limit, assetIds, states }) => {
    const now = clock.now();
    const found = view
      .page({
        afterAssetId,
        // A filter by state needs every asset that could be on the page.
        limit: states.length === 0 ? limit : Number.POSITIVE_INFINITY,
        assetIds: assetIds.length === 0 ? undefined : assetIds,
      })
      .filter((record) => states.length === 0 || states.includes(standingAt(record, now).health));
    return demandPrices(transactions, found.slice(0, limit), dependencies);
  };
}
