import type { Health } from '../domain/evaluation.js';
import type { OracleStore } from './ports.js';
import {
  demandPrices,
  lookAtPrices,
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

/** Assets that are looked at in one go while prices in some states are searched. */
const CHUNK_SIZE = 500;

/** Creates the use case. */
export function createListPrices(
  dependencies: PriceDependencies & { readonly store: OracleStore },
): ListPrices {
  const { store, clock } = dependencies;
  return async ({ afterAssetId, limit, assetIds, states }) => {
    const found: StandingPrice[] = [];
    let after = afterAssetId;
    while (found.length < limit) {
      // Without a filter by state every asset counts, so that no more than the page is looked at.
      const chunkSize = states.length === 0 ? limit - found.length : CHUNK_SIZE;
      const assets = await store.listAssets({
        afterAssetId: after,
        limit: chunkSize,
        assetIds: assetIds.length === 0 ? undefined : assetIds,
      });
      const looked = await lookAtPrices(store, assets, clock.now());
      found.push(
        ...looked
          .map(({ price }) => price)
          .filter(({ health }) => states.length === 0 || states.includes(health)),
      );
      const last = assets.at(-1);
      if (last === undefined || assets.length < chunkSize) break;
      after = last.assetId;
    }
    const page = found.slice(0, limit).map(({ asset }) => asset);
    return demandPrices(store, page, dependencies);
  };
}
