import { formatInstant, invalidFields, refuse, type Instant } from '@trimtab/core';
import type { AssetRecord } from '../domain/asset-record.js';
import type { QuoteObservation } from '../domain/observation.js';
import type { ChangeAt, OracleHistory, OracleTransactions, PriceView } from './ports.js';
import { assetNotFound, priceMissing } from './refusals.js';
import {
  demandPrices,
  standingAt,
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
 * ASSET_NOT_FOUND, PRICE_MISSING (before the first price, or before the history that is kept), or
 * FIELD_INVALID for a time that has not come yet.
 */
export type GetPrice = (assetId: string, readTime: Instant | undefined) => Promise<PriceAnswer>;

/** Creates the use case. The price now comes from memory, an earlier one from the history. */
export function createGetPrice(
  dependencies: PriceDependencies & {
    readonly view: PriceView;
    readonly history: OracleHistory;
    readonly transactions: OracleTransactions;
  },
): GetPrice {
  const { view, history, transactions, clock } = dependencies;
  return async (assetId, readTime) => {
    const record = view.find(assetId) ?? (await view.findOrLoad(assetId));
    if (record === undefined) refuse(assetNotFound([assetId]));
    if (readTime !== undefined) {
      const price = await priceAt(history, record, { readTime, now: clock.now() });
      return { price, quotes: [] };
    }
    const [price] = await demandPrices(transactions, [record], dependencies);
    if (price === undefined) refuse(assetNotFound([assetId]));
    return { price, quotes: record.quotes };
  };
}

/** What was recorded last at that time. */
async function priceAt(
  history: OracleHistory,
  record: AssetRecord,
  { readTime, now }: { readonly readTime: Instant; readonly now: Instant },
): Promise<StandingPrice> {
  const text = formatInstant(readTime);
  const { asset } = record;
  if (readTime > now) {
    const message = `was ${text}, must not be after now, ${formatInstant(now)}`;
    refuse(invalidFields([{ field: 'read_time', reason: 'FIELD_INVALID', message }]));
  }
  if (asset.denomination) return standingAt(record, readTime);
  const change = await history.findChangeAt(asset.assetId, readTime);
  if (change?.publication === undefined) {
    const first = await history.findFirstChange(asset.assetId);
    refuse(priceMissing(asset.assetId, text, first && formatInstant(first.occurTime)));
  }
  return standingOf(record, change, readTime);
}

/**
 * While it is HEALTHY, an asset is published at least once per heartbeat: a longer silence means that
 * nobody looked, so that what was recorded says nothing once its observations must have expired.
 */
function standingOf({ asset }: AssetRecord, change: ChangeAt, readTime: Instant): StandingPrice {
  const { state, stateReason, publication, sequence, silenceSeconds: longest } = change;
  const price = { asset, publication, sequence };
  const silenceMillis = readTime - (publication?.publishTime ?? readTime);
  if (state !== 'HEALTHY' || silenceMillis <= longest * 1000) {
    return { ...price, health: state, reason: stateReason };
  }
  const reason = `nothing was published for more than ${longest} s, a heartbeat and maxAge`;
  return { ...price, health: 'STALE', reason };
}
