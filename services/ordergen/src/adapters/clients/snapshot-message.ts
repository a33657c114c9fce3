import { contentHash, TAGS, type JsonValue } from '@trimtab/canonical';
import { DropReason, Snapshot } from '@trimtab/contracts/oracle';
import { compare, domainError, formatInstant, instant, refuse, sorted } from '@trimtab/core';
import { parseDecimal, parseInteger } from '@trimtab/decimal';
import type { SnapshotContent, SnapshotCopy } from '../../application/documents.js';
import type { PriceEntry } from '../../domain/price-book.js';

/** How far in the future the oracle takes observations, in milliseconds. */
const CLOCKS_AHEAD_MS = 5_000;

/**
 * A snapshot from the oracle's message. Its hash is computed again from the fields, so what is used
 * is what the hash covers, whoever sent it.
 *
 * @throws DomainFailure SNAPSHOT_HASH_MISMATCH when content or hash is not what was asked for
 */
export function readSnapshot(message: Snapshot, snapshotHash: string): SnapshotCopy {
  const found = contentHash(TAGS.snapshot, snapshotDocument(message));
  if (found !== snapshotHash || message.snapshotHash !== snapshotHash) {
    refuse(
      domainError(
        'FAILED_PRECONDITION',
        'SNAPSHOT_HASH_MISMATCH',
        `the content of snapshot ${snapshotHash} has the hash ${found}`,
        { snapshot_hash: snapshotHash, found },
      ),
    );
  }
  const stored: Snapshot = { ...message, takeTime: undefined, createTime: undefined };
  const { takeTime } = message;
  const content = contentOf(message);
  return {
    ...content,
    entries: content.entries.map((entry, place) =>
      isBeyond(message.entries[place]?.publishTime, takeTime) ? { ...entry, stale: true } : entry,
    ),
    takeTime: instant(message.takeTime?.getTime() ?? 0),
    bytes: Snapshot.encode(stored).finish(),
  };
}

/**
 * Whether a price was published after the snapshot was taken, by more than the clocks of publishers may
 * be ahead (oracle rules): it is not a price that was frozen then. All else that makes a price unfit
 * (age, quorum, breaker) the oracle refuses at the taking.
 */
function isBeyond(publishTime: Date | undefined, takeTime: Date | undefined): boolean {
  if (publishTime === undefined || takeTime === undefined) return false;
  return publishTime.getTime() - takeTime.getTime() > CLOCKS_AHEAD_MS;
}

/** Reads our own copy, verified when it was stored. */
export function readStoredSnapshot(bytes: Uint8Array): SnapshotContent {
  return contentOf(Snapshot.decode(bytes));
}

function contentOf(message: Snapshot): SnapshotContent {
  return {
    snapshotHash: message.snapshotHash,
    denomination: message.denomination,
    entries: message.entries.map(entryOf),
  };
}

function entryOf(entry: Snapshot['entries'][number]): PriceEntry {
  const price = parseDecimal(entry.priceDecimal);
  const lot = parseInteger(entry.lot);
  const minimumOrder = parseInteger(entry.minimumOrder);
  if (!price.ok || !lot.ok || !minimumOrder.ok) {
    refuse(
      domainError(
        'FAILED_PRECONDITION',
        'SNAPSHOT_HASH_MISMATCH',
        `the entry of ${entry.assetId} cannot be read`,
        { asset_id: entry.assetId },
      ),
    );
  }
  return {
    assetId: entry.assetId,
    decimals: entry.decimals,
    lot: lot.value,
    minimumOrder: minimumOrder.value,
    price: price.value,
  };
}

/** The snapshot document. */
export function snapshotDocument(message: Snapshot): JsonValue {
  return {
    denomination: message.denomination,
    entries: sorted(message.entries, (left, right) => compare(left.assetId, right.assetId)).map(
      (entry) => ({
        assetId: entry.assetId,
        decimals: entry.decimals,
        lot: entry.lot,
        minimumOrder: entry.minimumOrder,
        price: entry.priceDecimal,
        confidence: entry.confidenceDecimal,
        publishTime: formatInstant(instant(entry.publishTime?.getTime() ?? 0)),
        publishers: sorted(entry.publishers, compare),
        dropped: sorted(entry.dropped, (left, right) =>
          compare(left.publisher, right.publisher),
        ).map(({ publisher, reason }) => ({ publisher, reason: dropWord(reason) })),
      }),
    ),
  };
}

function dropWord(reason: DropReason): string {
  switch (reason) {
    case DropReason.DROP_REASON_OUTLIER:
      return 'OUTLIER';
    case DropReason.DROP_REASON_EXPIRED:
      return 'EXPIRED';
    default:
      return 'UNSPECIFIED';
  }
}
