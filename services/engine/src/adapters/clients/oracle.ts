import {
  Asset,
  Observation as WireObservation,
  Observation_Kind,
  OracleServiceService,
  type Asset as WireAsset,
} from '@trimtab/contracts/oracle';
import {
  DomainFailure,
  domainError,
  instant,
  present,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { createServiceClient, type Caller } from '@trimtab/grpc';
import { LEGS, seriesAssetId, type Series } from '@trimtab/option-index';
import type {
  AssetView,
  DerivedIds,
  Observation,
  OraclePort,
  PriceView,
  QuoteView,
} from '../../application/ports.js';
import {
  callAs,
  ENGINE,
  PRICE_PUBLISHER,
  QUOTE_PUBLISHER,
  SERIES_PUBLISHERS,
  type Address,
  type ClientSettings,
} from './settings.js';
import { decimal, maybeDecimal, maybeTime } from './values.js';
import { priceStateWords } from './words.js';

/** Terms of assets change rarely; what was read counts for so long. */
const TERMS_AGE_MILLIS = 60_000;
/** Most observations of one call. */
const MAX_BATCH = 1000;
/** A model value moves as far as the base moves it: nothing of it is an outlier or a jump. */
const NO_LIMIT_BPS = 10_000;

/** The oracle over gRPC, as the publisher of model prices and as that of quotes. */
export interface OracleClient extends OraclePort {
  readonly marketMaker: Pick<OraclePort, 'publish'>;
  close(): void;
}

/** Opens the client. */
export function createOracleClient(
  address: Address,
  settings: ClientSettings,
  { clock, derivedIds }: { readonly clock: Clock; readonly derivedIds: DerivedIds },
): OracleClient {
  const client = createServiceClient({ definition: OracleServiceService, address, ...settings });
  const known = new Map<string, { readonly asset: AssetView; readonly readTime: Instant }>();

  const asset: OraclePort['asset'] = async (assetId) => {
    const found = known.get(assetId);
    const now = clock.now();
    if (found !== undefined && now - found.readTime < TERMS_AGE_MILLIS) return found.asset;
    const one = { pageSize: 1, pageToken: '', assetIds: [assetId] };
    const { assets } = await client.listAssets(one, callAs(ENGINE));
    for (const answer of assets) known.set(assetId, { asset: toAsset(answer), readTime: now });
    return known.get(assetId)?.asset;
  };

  const priceOf = async (assetId: string, readTime: Instant | undefined) => {
    const time = readTime === undefined ? undefined : new Date(readTime);
    const request = { assetId, readTime: time };
    return unless(NOT_PRICED, client.getPrice(request, callAs(ENGINE)));
  };

  const publishAs =
    (publisher: Caller): OraclePort['publish'] =>
    async (observations, time) => {
      const messages = observations.map((one) => toMessage(one, time));
      for (let start = 0; start < messages.length; start += MAX_BATCH) {
        const batch = messages.slice(start, start + MAX_BATCH);
        const request = { observations: batch, requestId: '' };
        const { refusals } = await client.submitObservations(request, callAs(publisher));
        const [first] = refusals;
        if (first !== undefined) {
          const assetId = batch[first.index]?.assetId ?? '';
          refuse(
            domainError('FAILED_PRECONDITION', first.reason, `${assetId}: ${first.message}`, {
              asset_id: assetId,
              refused_count: String(refusals.length),
            }),
          );
        }
      }
    };

  const registerSeries = async (one: Series, base: AssetView): Promise<void> => {
    for (const leg of LEGS) {
      const assetId = seriesAssetId(leg, one);
      const requestId = derivedIds.of('register-asset', assetId, ...termsOf(base));
      const request = { requestId, asset: seriesAsset(assetId, base) };
      await unless(EXISTS, client.registerAsset(request, callAs(ENGINE)));
    }
  };

  return {
    asset,
    price: async (assetId) => {
      const answer = await priceOf(assetId, undefined);
      return answer === undefined ? undefined : toPrice(answer.price);
    },
    priceAt: async (assetId, time) => {
      const answer = await priceOf(assetId, time);
      return answer === undefined ? undefined : toPrice(answer.price);
    },
    quotes: async (assetId) => {
      const answer = await priceOf(assetId, undefined);
      return (answer?.quotes ?? []).map(toQuote);
    },
    registerSeries,
    publish: publishAs(PRICE_PUBLISHER),
    marketMaker: { publish: publishAs(QUOTE_PUBLISHER) },
    close: () => client.close(),
  };
}

const NOT_PRICED: ReadonlySet<string> = new Set(['ASSET_NOT_FOUND', 'PRICE_MISSING']);
const EXISTS: ReadonlySet<string> = new Set(['ASSET_EXISTS']);

/** The answer of a call, or nothing when it is refused for one of these reasons. */
async function unless<T>(reasons: ReadonlySet<string>, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DomainFailure && reasons.has(error.error.reason)) return undefined;
    throw error;
  }
}

/** The terms of a half are those of its base; one publisher is its quorum, and what it says is published at once. */
function seriesAsset(assetId: string, { decimals, lot, minimumOrder }: AssetView): WireAsset {
  return Asset.fromPartial({
    assetId,
    decimals,
    lot: lot.toString(),
    minimumOrder: minimumOrder.toString(),
    quorumCount: 1,
    deviationBps: 0,
    outlierBps: NO_LIMIT_BPS,
    breakerBps: NO_LIMIT_BPS,
    publishers: [...SERIES_PUBLISHERS],
  });
}

/** Other terms are another request. */
function termsOf({ decimals, lot, minimumOrder }: AssetView): readonly string[] {
  return [decimals, lot, minimumOrder].map(String);
}

function toAsset({ decimals, lot, minimumOrder }: WireAsset): AssetView {
  return { decimals, lot: BigInt(lot), minimumOrder: BigInt(minimumOrder) };
}

function toPrice(
  price:
    | {
        readonly priceDecimal: string;
        readonly state: number;
        readonly publishTime: Date | undefined;
      }
    | undefined,
): PriceView {
  const { priceDecimal, state, publishTime } = present(price, 'GetPrice answers a price');
  return {
    price: maybeDecimal(priceDecimal),
    state: priceStateWords.fromWire(state),
    publishTime: maybeTime(publishTime),
  };
}

function toQuote({ publisher, bidDecimal, askDecimal, observeTime }: WireObservation): QuoteView {
  return {
    publisher,
    bid: decimal(bidDecimal),
    ask: decimal(askDecimal),
    observeTime: instant(present(observeTime, 'a quote has an observe time').getTime()),
  };
}

/** The sequence is the time: it rises without anybody keeping it. */
function toMessage(observation: Observation, time: Instant): WireObservation {
  const { assetId } = observation;
  const values =
    observation.kind === 'PRICE'
      ? {
          kind: Observation_Kind.KIND_PRICE,
          priceDecimal: formatDecimal(observation.price),
        }
      : {
          kind: Observation_Kind.KIND_QUOTE,
          bidDecimal: formatDecimal(observation.bid),
          askDecimal: formatDecimal(observation.ask),
        };
  return WireObservation.fromPartial({
    ...values,
    assetId,
    observeTime: new Date(time),
    sequence: BigInt(time),
  });
}
