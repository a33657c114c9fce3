import { formatInstant, invalidFields, refuse, type Instant } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import type { QuoteObservation } from '../domain/observation.js';
import type { OracleStore } from './ports.js';
import { assetNotFound, priceMissing } from './refusals.js';
import {
  demandPrices,
  lookAtPrices,
  type PriceDependencies,
  type StandingPrice,
} from './standing-prices.js';

/** A price and the latest quotes of its market makers, which are no part of it. */
export interface PriceAnswer {
  readonly price: StandingPrice;
  readonly quotes: readonly QuoteObservation[];
}

/**
 * The price now, published if it has moved, or the one that stood at a time. Refuses with
 * ASSET_NOT_FOUND, PRICE_MISSING, or FIELD_INVALID for a time that has not come yet.
 */
export type GetPrice = (assetId: string, readTime: Instant | undefined) => Promise<PriceAnswer>;

/** Creates the use case. */
export function createGetPrice(
  dependencies: PriceDependencies & { readonly store: OracleStore },
): GetPrice {
  const { store, clock } = dependencies;
  return async (assetId, readTime) => {
    const [asset] = await store.findAssets([assetId]);
    if (asset === undefined) refuse(assetNotFound([assetId]));
    if (readTime !== undefined) {
      const price = await priceAt(store, asset, { readTime, now: clock.now() });
      return { price, quotes: [] };
    }
    const [price] = await demandPrices(store, [asset], dependencies);
    if (price === undefined) refuse(assetNotFound([assetId]));
    return { price, quotes: await store.findQuotes(assetId) };
  };
}

/** What was published last at that time; STALE when that was longer than maxAge before. */
async function priceAt(
  store: OracleStore,
  asset: Asset,
  { readTime, now }: { readonly readTime: Instant; readonly now: Instant },
): Promise<StandingPrice> {
  const text = formatInstant(readTime);
  if (readTime > now) {
    const message = `was ${text}, must not be after now, ${formatInstant(now)}`;
    refuse(invalidFields([{ field: 'read_time', reason: 'FIELD_INVALID', message }]));
  }
  if (asset.denomination) {
    const [looked] = await lookAtPrices(store, [asset], readTime);
    if (looked !== undefined) return looked.price;
  }
  const publication = await store.findPublicationAt(asset.assetId, readTime);
  if (publication === undefined) refuse(priceMissing(asset.assetId, text));
  const isFresh = readTime - publication.publishTime <= asset.maxAgeSeconds * 1000;
  const reason = `published ${formatInstant(publication.publishTime)}, more than ${asset.maxAgeSeconds} s before`;
  return isFresh
    ? { asset, health: 'HEALTHY', reason: '', publication }
    : { asset, health: 'STALE', reason, publication };
}
