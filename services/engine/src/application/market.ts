import { addMillis, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { parseSeriesAssetId, type Series } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import { halfPrice, type Volatilities } from '../domain/half-price.js';
import { isMature } from '../domain/matured.js';
import type { AssetPrice, PriceBook } from '../domain/valuation.js';
import type { OraclePort } from './ports.js';

/** What of the oracle a market needs. */
export type MarketOracle = Pick<OraclePort, 'asset' | 'price' | 'priceAt'>;

/** Prices as the agents value by them: halves by the model, everything else by the oracle. */
export interface Market {
  /** The price of a base now, such as `BTC`; absent unless it is HEALTHY. */
  healthySpot(base: string): Promise<Decimal | undefined>;
  /** The price of a base at a time. */
  spotAt(base: string, time: Instant): Promise<Decimal>;
  /** What a matured series is settled by: the last price before its maturity. */
  settlementSpot(series: Series): Promise<Decimal>;
  /** What assets are worth now. */
  pricesNow(assetIds: Iterable<string>, now: Instant): Promise<PriceBook>;
  /** What assets were worth at a time. */
  pricesAt(assetIds: Iterable<string>, time: Instant): Promise<PriceBook>;
}

type PriceOf = (assetId: string) => Promise<Decimal>;

/**
 * Creates the market of one tick: it asks for each price once. Of a time of which the oracle keeps no
 * price, the price of now counts.
 *
 * @throws Error for an asset that never had a price, which is looked at again with the next attempt
 */
export function createMarket(oracle: MarketOracle, volatilities: Volatilities): Market {
  const priceNow = remembered(async (assetId) => {
    const found = await oracle.price(assetId);
    if (found?.price === undefined) throw new Error(`the oracle has no price of ${assetId}`);
    return found.price;
  });
  const decimalsOf = remembered(async (assetId) => {
    const terms = await oracle.asset(assetId);
    if (terms === undefined) throw new Error(`the oracle does not know ${assetId}`);
    return terms.decimals;
  });
  const priceThen = (time: Instant): PriceOf =>
    remembered(async (assetId) => {
      const found = await oracle.priceAt(assetId, time);
      return found?.price ?? (await priceNow(assetId));
    });
  const settlementSpot = (series: Series): Promise<Decimal> =>
    priceThen(addMillis(series.maturity, -1))(resolveAsset(series.base));

  async function bookOf(
    assetIds: Iterable<string>,
    time: Instant,
    priceOf: PriceOf,
  ): Promise<PriceBook> {
    const book = new Map<string, AssetPrice>();
    for (const assetId of assetIds) book.set(assetId, await priced(assetId, time, priceOf));
    return book;
  }

  async function priced(assetId: string, time: Instant, priceOf: PriceOf): Promise<AssetPrice> {
    const parsed = parseSeriesAssetId(assetId);
    if (!parsed.ok) return { price: await priceOf(assetId), decimals: await decimalsOf(assetId) };
    const { leg, series } = parsed.value;
    const base = resolveAsset(series.base);
    const spot = isMature(series, time) ? await settlementSpot(series) : await priceOf(base);
    // A half has the decimals of the base that it is a half of.
    const decimals = await decimalsOf(base);
    return { price: halfPrice(leg, series, { spot, time, volatilities }), decimals };
  }

  return {
    healthySpot: async (base) => {
      const found = await oracle.price(resolveAsset(base));
      return found?.state === 'HEALTHY' ? found.price : undefined;
    },
    spotAt: (base, time) => priceThen(time)(resolveAsset(base)),
    settlementSpot,
    pricesNow: (assetIds, now) => bookOf(assetIds, now, priceNow),
    pricesAt: (assetIds, time) => bookOf(assetIds, time, priceThen(time)),
  };
}

/** Asks once for each key. */
function remembered<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}
