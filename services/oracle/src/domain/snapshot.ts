import { contentHash, TAGS, type JsonValue } from '@trimtab/canonical';
import { compare, formatInstant, invariant, present, sorted, type Instant } from '@trimtab/core';
import { formatDecimal, type Decimal } from '@trimtab/decimal';
import type { AssetTerms } from './asset.js';
import type { Dropped } from './consensus.js';
import type { Publication } from './publication.js';

/** Prices frozen under one hash (hashed documents, snapshot): equal content is the same snapshot. */
export interface SnapshotContent {
  /** The asset that every price is in. */
  readonly denomination: string;
  /** By assetId; the denomination asset is the header, never an entry. */
  readonly entries: readonly SnapshotEntry[];
}

/** The price of one asset in a snapshot, with what is needed to trade it and the evidence. */
export interface SnapshotEntry {
  readonly assetId: string;
  readonly decimals: number;
  readonly lot: bigint;
  readonly minimumOrder: bigint;
  readonly price: Decimal;
  readonly confidence: Decimal;
  readonly publishTime: Instant;
  readonly publishers: readonly string[];
  readonly dropped: readonly Dropped[];
}

/** Freezes one published price. */
export function snapshotEntry(terms: AssetTerms, publication: Publication): SnapshotEntry {
  return {
    assetId: terms.assetId,
    decimals: terms.decimals,
    lot: terms.lot,
    minimumOrder: terms.minimumOrder,
    price: publication.price,
    confidence: publication.confidence,
    publishTime: publication.publishTime,
    publishers: publication.publishers,
    dropped: publication.dropped,
  };
}

/** Puts entries in their order; no asset may occur twice. */
export function createSnapshot(
  denomination: string,
  entries: readonly SnapshotEntry[],
): SnapshotContent {
  const ordered = sorted(entries, (left, right) => compare(left.assetId, right.assetId));
  ordered.slice(1).forEach((entry, index) => {
    const before = present(ordered[index], 'every entry but the first has one before it');
    invariant(entry.assetId !== before.assetId, `${entry.assetId} is in the snapshot twice`);
  });
  return { denomination, entries: ordered };
}

/** The document that is hashed, field by field as the hashed documents list it. */
export function snapshotDocument({ denomination, entries }: SnapshotContent): JsonValue {
  return {
    denomination,
    entries: entries.map((entry) => ({
      assetId: entry.assetId,
      decimals: entry.decimals,
      lot: entry.lot.toString(),
      minimumOrder: entry.minimumOrder.toString(),
      price: formatDecimal(entry.price),
      confidence: formatDecimal(entry.confidence),
      publishTime: formatInstant(entry.publishTime),
      publishers: sorted(entry.publishers, compare),
      dropped: sorted(entry.dropped, (left, right) => compare(left.publisher, right.publisher)).map(
        ({ publisher, reason }) => ({ publisher, reason }),
      ),
    })),
  };
}

/** The id of a snapshot. */
export function snapshotHash(content: SnapshotContent): string {
  return contentHash(TAGS.snapshot, snapshotDocument(content));
}
