import { assertNever, instant, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import {
  DropReason,
  Observation_Kind,
  Price_State,
  type Asset as AssetMessage,
  type DroppedPublisher,
  type Observation as ObservationMessage,
  type ObservationRefusal as RefusalMessage,
  type Price as PriceMessage,
  type PriceEvidence as PriceEvidenceMessage,
  type Snapshot as SnapshotMessage,
} from '@trimtab/contracts/oracle';
import type { PriceChange, StoredSnapshot } from '../../application/ports.js';
import type { StandingPrice } from '../../application/standing-prices.js';
import type { ObservationRefusal } from '../../application/submit-observations.js';
import type { Asset, AssetDraft } from '../../domain/asset.js';
import type { Dropped } from '../../domain/consensus.js';
import type { Health } from '../../domain/evaluation.js';
import type { ObservationDraft, QuoteObservation } from '../../domain/observation.js';
import type { Publication } from '../../domain/publication.js';

/** Between messages and the domain; total in both directions. */

/** An asset as a request carries it; what is output only is not looked at. */
export function toAssetDraft(message: AssetMessage): AssetDraft {
  return {
    assetId: message.assetId,
    decimals: message.decimals,
    lot: message.lot,
    minimumOrder: message.minimumOrder,
    maxAgeSeconds: message.maxAgeSeconds,
    heartbeatSeconds: message.heartbeatSeconds,
    deviationBps: message.deviationBps,
    quorumCount: message.quorumCount,
    outlierBps: message.outlierBps,
    breakerBps: message.breakerBps,
    publishers: message.publishers,
  };
}

/** An asset with its defaults filled in. */
export function toAssetMessage(asset: Asset): AssetMessage {
  return {
    assetId: asset.assetId,
    decimals: asset.decimals,
    lot: asset.lot.toString(),
    minimumOrder: asset.minimumOrder.toString(),
    maxAgeSeconds: asset.maxAgeSeconds,
    heartbeatSeconds: asset.heartbeatSeconds,
    deviationBps: asset.deviationBps,
    quorumCount: asset.quorumCount,
    outlierBps: asset.outlierBps,
    breakerBps: asset.breakerBps,
    publishers: [...asset.publishers],
    denomination: asset.denomination,
    version: asset.version,
    createTime: new Date(asset.createTime),
    updateTime: new Date(asset.updateTime),
  };
}

/** An observation as a batch carries it. */
export function toObservationDraft(message: ObservationMessage): ObservationDraft {
  return {
    kind: kindOf(message.kind),
    assetId: message.assetId,
    price: message.priceDecimal,
    bid: message.bidDecimal,
    ask: message.askDecimal,
    confidence: message.confidenceDecimal,
    observeTime: toInstant(message.observeTime),
    sequence: message.sequence,
  };
}

/** A refusal of one observation. */
export function toRefusalMessage(refusal: ObservationRefusal): RefusalMessage {
  return { index: refusal.index, reason: refusal.reason, message: refusal.message };
}

/** A quote, which is no part of the consensus. */
export function toQuoteMessage(quote: QuoteObservation): ObservationMessage {
  return {
    publisher: quote.publisher,
    kind: Observation_Kind.KIND_QUOTE,
    assetId: quote.assetId,
    priceDecimal: '',
    bidDecimal: formatDecimal(quote.bid),
    askDecimal: formatDecimal(quote.ask),
    confidenceDecimal: quote.confidence === undefined ? '' : formatDecimal(quote.confidence),
    observeTime: new Date(quote.observeTime),
    sequence: quote.sequence,
  };
}

/** A price with its evidence and its state now. */
export function toPriceMessage(price: StandingPrice): PriceMessage {
  const { asset, health, reason, publication, sequence } = price;
  return messageOf(asset.assetId, publication, { health, reason, sequence });
}

/** A price as it was recorded. */
export function toChangeMessage(change: PriceChange): PriceMessage {
  const { assetId, publication, state: health, stateReason: reason, sequence } = change;
  return messageOf(assetId, publication, { health, reason, sequence });
}

function messageOf(
  assetId: string,
  publication: Publication | undefined,
  state: Pick<StandingPrice, 'health' | 'reason' | 'sequence'>,
): PriceMessage {
  const { health, reason, sequence } = state;
  const published = publication !== undefined;
  return {
    assetId,
    priceDecimal: published ? formatDecimal(publication.price) : '',
    confidenceDecimal: published ? formatDecimal(publication.confidence) : '',
    publishTime: published ? new Date(publication.publishTime) : undefined,
    state: toStateMessage(health),
    stateReason: reason,
    publishers: published ? [...publication.publishers] : [],
    dropped: published ? publication.dropped.map(toDroppedMessage) : [],
    sequence,
    evidence: published ? toEvidenceMessages(publication) : [],
  };
}

/** What each publisher had said, with the reason for those that were dropped. */
function toEvidenceMessages({ evidence, dropped }: Publication): PriceEvidenceMessage[] {
  const reasons = new Map(dropped.map(({ publisher, reason }) => [publisher, reason]));
  return evidence.map(({ publisher, price, observeTime, sequence }) => {
    const reason = reasons.get(publisher);
    return {
      publisher,
      priceDecimal: formatDecimal(price),
      observeTime: new Date(observeTime),
      sequence,
      dropReason: reason === undefined ? DropReason.DROP_REASON_UNSPECIFIED : toDropReason(reason),
    };
  });
}

/** A snapshot with its hash and times. */
export function toSnapshotMessage(snapshot: StoredSnapshot): SnapshotMessage {
  const { snapshotHash, content, takeTime, createTime } = snapshot;
  return {
    snapshotHash,
    denomination: content.denomination,
    entries: content.entries.map((entry) => ({
      assetId: entry.assetId,
      decimals: entry.decimals,
      lot: entry.lot.toString(),
      minimumOrder: entry.minimumOrder.toString(),
      priceDecimal: formatDecimal(entry.price),
      confidenceDecimal: formatDecimal(entry.confidence),
      publishTime: new Date(entry.publishTime),
      publishers: [...entry.publishers],
      dropped: entry.dropped.map(toDroppedMessage),
    })),
    takeTime: new Date(takeTime),
    createTime: new Date(createTime),
  };
}

/** A state of a filter; undefined for one that is not known. */
export function toHealth(state: Price_State): Health | undefined {
  switch (state) {
    case Price_State.STATE_HEALTHY:
      return 'HEALTHY';
    case Price_State.STATE_STALE:
      return 'STALE';
    case Price_State.STATE_NO_QUORUM:
      return 'NO_QUORUM';
    case Price_State.STATE_HALTED:
      return 'HALTED';
    default:
      return undefined;
  }
}

/** A timestamp with whole milliseconds; what is finer is cut off. */
export function toInstant(date: Date | undefined): Instant | 'UNREADABLE' | undefined {
  if (date === undefined) return undefined;
  try {
    return instant(date.getTime());
  } catch {
    return 'UNREADABLE';
  }
}

function kindOf(kind: Observation_Kind): ObservationDraft['kind'] {
  switch (kind) {
    case Observation_Kind.KIND_PRICE:
      return 'PRICE';
    case Observation_Kind.KIND_QUOTE:
      return 'QUOTE';
    case Observation_Kind.KIND_UNSPECIFIED:
      return undefined;
    default:
      return 'UNKNOWN';
  }
}

function toStateMessage(health: Health): Price_State {
  switch (health) {
    case 'HEALTHY':
      return Price_State.STATE_HEALTHY;
    case 'STALE':
      return Price_State.STATE_STALE;
    case 'NO_QUORUM':
      return Price_State.STATE_NO_QUORUM;
    case 'HALTED':
      return Price_State.STATE_HALTED;
    default:
      return assertNever(health);
  }
}

function toDroppedMessage({ publisher, reason }: Dropped): DroppedPublisher {
  return { publisher, reason: toDropReason(reason) };
}

function toDropReason(reason: Dropped['reason']): DropReason {
  switch (reason) {
    case 'OUTLIER':
      return DropReason.DROP_REASON_OUTLIER;
    case 'EXPIRED':
      return DropReason.DROP_REASON_EXPIRED;
    default:
      return assertNever(reason);
  }
}
