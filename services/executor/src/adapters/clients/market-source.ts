import {
  Price_State as PriceState,
  type Asset,
  type Observation,
  type OracleServiceService,
} from '@trimtab/contracts/oracle';
import {
  domainError,
  instant,
  invariant,
  present,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import type { MarketSource } from '../../application/ports.js';
import { bestQuote, type MakerQuote } from '../../domain/maker-quote.js';

type Oracle = Pick<ServiceClient<typeof OracleServiceService>, 'listAssets' | 'getPrice'>;

const PAGE_SIZE = 500;
/** Lot, minimum order and maxAge of an asset can change: they are asked for again when they are older. */
const TERMS_AGE_MILLIS = 60_000;

/**
 * Prices, quotes and terms of assets, from the oracle: one call for a price and its quotes. Terms are
 * kept for a minute, the denomination asset for ever.
 */
export function createMarketSource(oracle: Oracle, clock: Clock): MarketSource {
  const terms = new Map<string, { readonly asset: Asset; readonly readTime: Instant }>();
  let underlyingDecimals: number | undefined;
  const assetOf = async (assetId: string, signal: AbortSignal): Promise<Asset> => {
    const readTime = clock.now();
    const kept = terms.get(assetId);
    if (kept !== undefined && readTime - kept.readTime <= TERMS_AGE_MILLIS) return kept.asset;
    const request = { pageSize: 1, pageToken: '', assetIds: [assetId] };
    const [asset] = (await oracle.listAssets(request, { signal })).assets;
    if (asset === undefined) return notRegistered(assetId);
    terms.set(assetId, { asset, readTime });
    return asset;
  };
  return {
    market: async (assetId, signal) => {
      underlyingDecimals ??= await readUnderlyingDecimals(oracle, signal);
      const [asset, { price, quotes }] = await Promise.all([
        assetOf(assetId, signal),
        oracle.getPrice({ assetId, readTime: undefined }, { signal }),
      ]);
      if (price?.state !== PriceState.STATE_HEALTHY) return undefined;
      const parsed = parseDecimal(price.priceDecimal);
      if (!parsed.ok) return undefined;
      return {
        ...bestQuote(quotes.flatMap(toMakerQuote), quoteTermsOf(asset), clock.now()),
        price: parsed.value,
        assetDecimals: asset.decimals,
        underlyingDecimals,
        lot: BigInt(asset.lot),
        minimumOrder: BigInt(asset.minimumOrder),
      };
    },
  };
}

/** What cannot be read is no quote. */
function toMakerQuote(quote: Observation): readonly MakerQuote[] {
  const [bid, ask] = [parseDecimal(quote.bidDecimal), parseDecimal(quote.askDecimal)];
  const { publisher, observeTime } = quote;
  if (!bid.ok || !ask.ok || observeTime === undefined) return [];
  const observed = instant(observeTime.getTime());
  return [{ publisher, bid: bid.value, ask: ask.value, observeTime: observed }];
}

function quoteTermsOf({ maxAgeSeconds, publishers }: Asset) {
  const seconds = present(maxAgeSeconds, 'a registered asset has a maxAge');
  return { maxAgeMillis: seconds * 1000, publishers };
}

/** The decimals of the denomination asset, which never change. */
async function readUnderlyingDecimals(oracle: Oracle, signal: AbortSignal): Promise<number> {
  let pageToken = '';
  do {
    const request = { pageSize: PAGE_SIZE, pageToken, assetIds: [] };
    const page = await oracle.listAssets(request, { signal });
    const denomination = page.assets.find((asset) => asset.denomination);
    if (denomination !== undefined) return denomination.decimals;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  invariant(false, 'the oracle has a denomination asset');
}

function notRegistered(assetId: string): never {
  refuse(
    domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `asset ${assetId} is not registered`, {
      asset_id: assetId,
    }),
  );
}
