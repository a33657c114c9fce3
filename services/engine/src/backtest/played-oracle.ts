import {
  compare,
  domainError,
  invariant,
  present,
  refuse,
  sorted,
  type Clock,
  type Instant,
} from '@trimtab/core';
import { DECIMAL_ONE, type Decimal } from '@trimtab/decimal';
import { LEGS, seriesAssetId } from '@trimtab/option-index';
import { UNDERLYING, UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type {
  AssetView,
  Observation,
  OraclePort,
  PriceView,
  QuoteView,
} from '../application/ports.js';

/** A price and since when it stands. */
export interface StandingPrice {
  readonly price: Decimal;
  readonly publishTime: Instant;
}

/** An oracle over recorded prices: what was played or published last stands until the next word. */
export interface PlayedOracle extends OraclePort {
  /** The same oracle, where observations are the market maker's. */
  readonly marketMaker: Pick<OraclePort, 'publish'>;
  /** Publishes a recorded price of the base, now. */
  play(price: Decimal): void;
  /** What stands now; absent: nothing was ever published. */
  standing(assetId: string): StandingPrice | undefined;
  /** The last price that was published strictly before a time. */
  lastBefore(assetId: string, time: Instant): StandingPrice | undefined;
  /** The terms of a registered asset. */
  terms(assetId: string): AssetView | undefined;
  /** The latest quote of an asset that is at most so old; absent: there is none. */
  freshQuote(assetId: string, maxAgeMillis: number): QuoteView | undefined;
}

interface PlayedAsset {
  readonly view: AssetView;
  /** By time; a later word at the same time replaces the earlier one. */
  readonly prices: StandingPrice[];
  readonly quotes: Map<string, QuoteView>;
}

/** What the base asset is. */
export interface PlayedBase {
  readonly assetId: string;
  readonly view: AssetView;
}

/** Creates an oracle that knows the underlying, at a price of 1, and the base asset. */
export function createPlayedOracle(base: PlayedBase, clock: Clock): PlayedOracle {
  const assets = new Map<string, PlayedAsset>();
  const register = (assetId: string, view: AssetView): PlayedAsset => {
    const known = assets.get(assetId) ?? { view, prices: [], quotes: new Map() };
    assets.set(assetId, known);
    return known;
  };
  const known = (assetId: string): PlayedAsset => assets.get(assetId) ?? assetNotFound(assetId);
  const underlying = { decimals: UNDERLYING_DECIMALS, lot: 1n, minimumOrder: 1n };
  keep(register(UNDERLYING, underlying), DECIMAL_ONE, clock.now());
  register(base.assetId, base.view);
  const publishAs =
    (publisher: string): OraclePort['publish'] =>
    (observations, time) => {
      for (const one of observations) write(known(one.assetId), one, { publisher, time });
      return Promise.resolve();
    };
  const at = (assetId: string, time: Instant): StandingPrice | undefined =>
    lastUpTo(assets.get(assetId)?.prices ?? [], time);
  return {
    asset: (assetId) => Promise.resolve(assets.get(assetId)?.view),
    price: (assetId) => Promise.resolve(viewOf(assets.get(assetId), at(assetId, clock.now()))),
    priceAt: (assetId, time) => {
      const standing = at(assetId, time);
      return Promise.resolve(standing && viewOf(assets.get(assetId), standing));
    },
    quotes: (assetId) => Promise.resolve(quotesOf(assets.get(assetId))),
    registerSeries: (series, view) => {
      for (const leg of LEGS) register(seriesAssetId(leg, series), view);
      return Promise.resolve();
    },
    publish: publishAs('engine'),
    marketMaker: { publish: publishAs('market-maker') },
    play: (price) => keep(known(base.assetId), price, clock.now()),
    standing: (assetId) => at(assetId, clock.now()),
    lastBefore: (assetId, time) => at(assetId, (time - 1) as Instant),
    terms: (assetId) => assets.get(assetId)?.view,
    freshQuote: (assetId, maxAgeMillis) =>
      quotesOf(assets.get(assetId)).find(
        ({ observeTime }) => clock.now() - observeTime <= maxAgeMillis,
      ),
  };
}

function write(
  asset: PlayedAsset,
  observation: Observation,
  { publisher, time }: { readonly publisher: string; readonly time: Instant },
): void {
  if (observation.kind === 'PRICE') keep(asset, observation.price, time);
  else {
    const { bid, ask } = observation;
    asset.quotes.set(publisher, { publisher, bid, ask, observeTime: time });
  }
}

function keep({ prices }: PlayedAsset, price: Decimal, publishTime: Instant): void {
  const last = prices.at(-1);
  const isInOrder = last === undefined || last.publishTime <= publishTime;
  invariant(isInOrder, `prices come in the order of time, found ${publishTime}`);
  if (last?.publishTime === publishTime) prices.pop();
  prices.push({ price, publishTime });
}

/** By bisection: a series has a price for every hour of its life. */
function lastUpTo(prices: readonly StandingPrice[], time: Instant): StandingPrice | undefined {
  let low = 0;
  let high = prices.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (present(prices[middle], 'the middle is inside').publishTime <= time) low = middle + 1;
    else high = middle;
  }
  return prices[low - 1];
}

function viewOf(
  asset: PlayedAsset | undefined,
  standing: StandingPrice | undefined,
): PriceView | undefined {
  if (asset === undefined) return undefined;
  if (standing === undefined) {
    return { price: undefined, state: 'NO_QUORUM', publishTime: undefined };
  }
  return { ...standing, state: 'HEALTHY' };
}

/** The latest of each publisher, by publisher. */
function quotesOf(asset: PlayedAsset | undefined): readonly QuoteView[] {
  return sorted(asset?.quotes.values() ?? [], (left, right) =>
    compare(left.publisher, right.publisher),
  );
}

function assetNotFound(assetId: string): never {
  const message = `asset ${assetId} does not exist`;
  return refuse(domainError('NOT_FOUND', 'ASSET_NOT_FOUND', message, { asset_id: assetId }));
}
