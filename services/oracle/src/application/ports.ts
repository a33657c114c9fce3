import type { Instant } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import type { AssetRecord, ChangeCause } from '../domain/asset-record.js';
import type { Health } from '../domain/evaluation.js';
import type { Observation } from '../domain/observation.js';
import type { Publication, PublishCause } from '../domain/publication.js';
import type { SnapshotContent } from '../domain/snapshot.js';

/** A publication or a change of state as it was recorded, with its number. */
export interface PriceChange {
  /** Rises by 1 with every change, over all assets, in the order of their commits. */
  readonly sequence: bigint;
  readonly assetId: string;
  readonly occurTime: Instant;
  readonly state: Health;
  readonly stateReason: string;
  /** The publication that stood after the change, if there ever was one. */
  readonly publication: Publication | undefined;
}

/** A change that stood at a time. */
export interface ChangeAt extends PriceChange {
  /** A HEALTHY price that was published longer ago was looked at by nobody: by the limits of that time. */
  readonly silenceSeconds: number;
}

/** A snapshot with what is not hashed. */
export interface StoredSnapshot {
  readonly snapshotHash: string;
  readonly content: SnapshotContent;
  /** When it was last taken; its age counts from here. */
  readonly takeTime: Instant;
  readonly createTime: Instant;
}

/** Where a page of a list ordered by asset id begins, and how long it is. */
export interface AssetPage {
  /** Only assets after this id; empty for the first page. */
  readonly afterAssetId: string;
  readonly limit: number;
  /** Only these assets; undefined for all. */
  readonly assetIds?: readonly string[] | undefined;
}

/**
 * The current records of all assets in memory: reading them touches no database. What this process
 * commits is in it before the call is answered; what another process commits, after its next refresh.
 */
export interface PriceView {
  find(assetId: string): AssetRecord | undefined;
  /** As `find`, and asks the database about an id that is not known here yet. */
  findOrLoad(assetId: string): Promise<AssetRecord | undefined>;
  page(page: AssetPage): readonly AssetRecord[];
  /** The asset that every price is in. */
  denomination(): Asset;
  /** Records that time may have changed by now; each is given once until `looked` or a change. */
  due(now: Instant): readonly AssetRecord[];
  /** Says that nothing of the record is due at a time. */
  looked(record: AssetRecord, now: Instant): void;
  /** The number of the last change known to be committed. */
  readonly lastSequence: bigint;
  /** Resolves when `lastSequence` is above `sequence`, after a time, or when the signal aborts. */
  changed(sequence: bigint, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** Which changes are asked for. */
export interface ChangeQuery {
  readonly afterSequence: bigint;
  /** Only these assets; empty for all. */
  readonly assetIds: readonly string[];
  readonly limit: number;
}

/** What became of all that a publisher ever sent; counts are never pruned. */
export interface PublisherCounts {
  readonly publisher: string;
  /** By outcome: ACCEPTED, KNOWN, OUT_OF_ORDER, or the reason of a refusal; sorted by outcome. */
  readonly outcomes: readonly { readonly outcome: string; readonly count: bigint }[];
}

/** What can be read of the past, from the database. */
export interface OracleHistory {
  /** The change that stood at a time. */
  findChangeAt(assetId: string, time: Instant): Promise<ChangeAt | undefined>;
  /** The first change of an asset that is still kept. */
  findFirstChange(assetId: string): Promise<PriceChange | undefined>;
  /** The latest change of each asset, by sequence, all at one moment. */
  latestChanges(assetIds: readonly string[]): Promise<readonly PriceChange[]>;
  /** Changes by sequence; none is missing between those that were kept. */
  listChanges(query: ChangeQuery): Promise<readonly PriceChange[]>;
  /** The first sequence to resume from without a gap, and the last change. */
  changeRange(): Promise<{ readonly first: bigint; readonly last: bigint }>;
  findSnapshot(snapshotHash: string): Promise<StoredSnapshot | undefined>;
  /** Publishers by name, after one (empty for the first), at most `limit`. */
  listPublishers(afterPublisher: string, limit: number): Promise<readonly PublisherCounts[]>;
}

/** What a transaction does to one record. */
export interface RecordUpdate {
  /** The record after it, its sequence and change number still those from before. */
  readonly record: AssetRecord;
  /** Set when a change must be recorded, at `occurTime`. */
  readonly cause: ChangeCause | undefined;
  readonly occurTime: Instant;
  /** Every observation that was accepted, in the order of arrival. */
  readonly observations: readonly Observation[];
}

/** How many observations of a publisher had an outcome: ACCEPTED, KNOWN, OUT_OF_ORDER, or a reason. */
export interface OutcomeCount {
  readonly publisher: string;
  readonly outcome: string;
  readonly count: number;
}

/** One transaction: all of it is stored, or nothing. */
export interface OracleSession {
  /**
   * The records of the assets that exist, by asset id, each locked until the transaction ends:
   * everything that depends on one asset's prices happens one after the other, across all processes.
   */
  lockRecords(assetIds: readonly string[]): Promise<readonly AssetRecord[]>;
  findDenomination(): Promise<Asset | undefined>;
  /** False when the id is taken, or for a second denomination asset. */
  insertAsset(asset: Asset): Promise<boolean>;
  updateAsset(asset: Asset): Promise<void>;
  /** Stores updates of locked records; gives the records with their new numbers. */
  save(
    updates: readonly RecordUpdate[],
    counts: readonly OutcomeCount[],
  ): Promise<readonly AssetRecord[]>;
  /** Inserts the snapshot or, when it is known, moves its take time forwards. */
  saveSnapshot(
    snapshotHash: string,
    content: SnapshotContent,
    takeTime: Instant,
  ): Promise<StoredSnapshot>;
}

/** The key of a request that must have one effect, however often it is sent. */
export interface RequestKey {
  readonly subject: string;
  readonly method: string;
  readonly requestId: string;
  /** Hash of the request: the same id with another body is refused. */
  readonly requestHash: string;
}

/** Runs the oracle's transactions. What they store is in the view before they resolve. */
export interface OracleTransactions {
  /** Runs a transaction; it may run again after a deadlock, so it has no effect but through the session. */
  transaction<T>(run: (session: OracleSession) => Promise<T>): Promise<T>;
  /**
   * Runs a transaction at most once per key and keeps its answer with it.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  once(
    key: RequestKey,
    run: (session: OracleSession) => Promise<Uint8Array>,
  ): Promise<{ readonly response: Uint8Array; readonly replayed: boolean }>;
}

/** What happened, for logs and metrics. */
export interface OracleObserver {
  assetRegistered(event: { readonly assetId: string; readonly version: bigint }): void;
  assetUpdated(event: { readonly assetId: string; readonly version: bigint }): void;
  observationsTaken(event: {
    readonly publisher: string;
    readonly acceptedCount: number;
    readonly ignoredCount: number;
    readonly refusedCount: number;
  }): void;
  pricePublished(event: { readonly assetId: string; readonly cause: PublishCause }): void;
  stateChanged(event: {
    readonly assetId: string;
    readonly from: Health;
    readonly to: Health;
    readonly reason: string;
  }): void;
  snapshotTaken(event: { readonly snapshotHash: string; readonly entryCount: number }): void;
}
