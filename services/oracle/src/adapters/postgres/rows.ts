import { canonicalJson } from '@trimtab/canonical';
import { instant, invariant, parseInstant, present, type Instant } from '@trimtab/core';
import { formatDecimal, parseDecimal, type Decimal } from '@trimtab/decimal';
import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { PriceChange, StoredSnapshot } from '../../application/ports.js';
import type { Asset } from '../../domain/asset.js';
import type { Health } from '../../domain/evaluation.js';
import type { PriceObservation, QuoteObservation } from '../../domain/observation.js';
import type { Publication } from '../../domain/publication.js';
import { snapshotHash, type SnapshotContent } from '../../domain/snapshot.js';
import type {
  AssetsTable,
  ObservationsTable,
  PricesTable,
  SnapshotsTable,
  StoredDropped,
  StoredEvidence,
} from './tables.js';

/** An asset as a row. */
export function toAssetRow(asset: Asset): Insertable<AssetsTable> {
  return {
    asset_id: asset.assetId,
    decimals: asset.decimals,
    lot: asset.lot,
    minimum_order: asset.minimumOrder,
    max_age_seconds: asset.maxAgeSeconds,
    heartbeat_seconds: asset.heartbeatSeconds,
    deviation_bps: asset.deviationBps,
    quorum_count: asset.quorumCount,
    outlier_bps: asset.outlierBps,
    breaker_bps: asset.breakerBps,
    publishers: JSON.stringify(asset.publishers),
    denomination: asset.denomination,
    version: asset.version,
    create_time: toDate(asset.createTime),
    update_time: toDate(asset.updateTime),
  };
}

/** A row as an asset. */
export function fromAssetRow(row: Selectable<AssetsTable>): Asset {
  return {
    assetId: row.asset_id,
    decimals: row.decimals,
    lot: BigInt(row.lot),
    minimumOrder: BigInt(row.minimum_order),
    maxAgeSeconds: row.max_age_seconds,
    heartbeatSeconds: row.heartbeat_seconds,
    deviationBps: row.deviation_bps,
    quorumCount: row.quorum_count,
    outlierBps: row.outlier_bps,
    breakerBps: row.breaker_bps,
    publishers: row.publishers,
    denomination: row.denomination,
    version: BigInt(row.version),
    createTime: fromDate(row.create_time),
    updateTime: fromDate(row.update_time),
  };
}

/** A row of kind PRICE as an observation. */
export function fromPriceRow(row: Selectable<ObservationsTable>): PriceObservation {
  return { ...observationBase(row), kind: 'PRICE', price: storedDecimal(row.price) };
}

/** A row of kind QUOTE as an observation. */
export function fromQuoteRow(row: Selectable<ObservationsTable>): QuoteObservation {
  const [bid, ask] = [storedDecimal(row.bid), storedDecimal(row.ask)];
  return { ...observationBase(row), kind: 'QUOTE', bid, ask };
}

/** The columns of a publication, all null when there is none. */
export interface PublicationColumns {
  readonly price: string | null;
  readonly confidence: string | null;
  readonly publish_time: Date | null;
  /** The publishers of the price; the name is free for those of the asset. */
  readonly price_publishers: string[] | null;
  readonly dropped: StoredDropped[] | null;
  readonly evidence: StoredEvidence[] | null;
}

/** Columns as a publication, if there is one. */
export function fromPublicationColumns(row: PublicationColumns): Publication | undefined {
  if (row.publish_time === null) return undefined;
  return {
    price: storedDecimal(row.price),
    confidence: storedDecimal(row.confidence),
    publishTime: fromDate(row.publish_time),
    publishers: row.price_publishers ?? [],
    dropped: row.dropped ?? [],
    evidence: (row.evidence ?? []).map(({ publisher, price, time, sequence }) => ({
      publisher,
      price: storedDecimal(price),
      observeTime: instant(Number(time)),
      sequence: BigInt(sequence),
    })),
  };
}

/** The evidence of a publication as it is stored. */
export function toEvidence(publication: Publication): readonly StoredEvidence[] {
  return publication.evidence.map(({ publisher, price, observeTime, sequence }) => ({
    publisher,
    price: formatDecimal(price),
    time: String(observeTime),
    sequence: String(sequence),
  }));
}

const HEALTHS: readonly Health[] = ['HEALTHY', 'STALE', 'NO_QUORUM', 'HALTED'];

/** A stored state. */
export function toHealth(text: string): Health {
  return present(
    HEALTHS.find((health) => health === text),
    `a stored state is none: ${text}`,
  );
}

/** A row of the log of changes. */
export function fromChangeRow(
  row: Omit<Selectable<PricesTable>, 'publishers'> & PublicationColumns,
): PriceChange {
  return {
    sequence: BigInt(row.sequence),
    assetId: row.asset_id,
    occurTime: fromDate(row.occur_time),
    state: toHealth(row.state),
    stateReason: row.state_reason,
    publication: fromPublicationColumns(row),
  };
}

const storedDocument = z.strictObject({
  denomination: z.string(),
  entries: z.array(
    z.strictObject({
      assetId: z.string(),
      decimals: z.int(),
      lot: z.string(),
      minimumOrder: z.string(),
      price: z.string(),
      confidence: z.string(),
      publishTime: z.string(),
      publishers: z.array(z.string()),
      dropped: z.array(
        z.strictObject({ publisher: z.string(), reason: z.enum(['OUTLIER', 'EXPIRED']) }),
      ),
    }),
  ),
});

/**
 * A row as a snapshot.
 *
 * @throws InvariantViolation when the document does not have the hash it is stored under
 */
export function fromSnapshotRow(row: Selectable<SnapshotsTable>): StoredSnapshot {
  const { denomination, entries } = storedDocument.parse(JSON.parse(row.document));
  const content: SnapshotContent = {
    denomination,
    entries: entries.map((entry) => ({
      ...entry,
      lot: BigInt(entry.lot),
      minimumOrder: BigInt(entry.minimumOrder),
      price: storedDecimal(entry.price),
      confidence: storedDecimal(entry.confidence),
      publishTime: storedInstant(entry.publishTime),
    })),
  };
  const { snapshot_hash: hash } = row;
  invariant(snapshotHash(content) === hash, `the stored snapshot ${hash} has another hash`);
  const [takeTime, createTime] = [fromDate(row.take_time), fromDate(row.create_time)];
  return { snapshotHash: hash, content, takeTime, createTime };
}

/** The text that is stored of a hashed document. */
export const toDocumentText = canonicalJson;

/** A time as PostgreSQL takes it. */
export function toDate(time: Instant): Date {
  return new Date(time);
}

/** A stored decimal, which was canonical when it was written. */
export function storedDecimal(text: string | null): Decimal {
  const parsed = parseDecimal(present(text ?? undefined, 'the row has a value for its kind'));
  invariant(parsed.ok, 'a stored decimal is canonical');
  return parsed.value;
}

/** A stored time. */
export function fromDate(date: Date): Instant {
  return instant(date.getTime());
}

function storedInstant(text: string): Instant {
  const parsed = parseInstant(text);
  invariant(parsed.ok, 'a stored time is RFC 3339');
  return parsed.value;
}

function observationBase(
  row: Selectable<ObservationsTable>,
): Omit<PriceObservation, 'kind' | 'price'> {
  return {
    publisher: row.publisher,
    assetId: row.asset_id,
    observeTime: fromDate(row.observe_time),
    sequence: BigInt(row.sequence),
    confidence: row.confidence === null ? undefined : storedDecimal(row.confidence),
  };
}
