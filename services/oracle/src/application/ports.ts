import type { Instant } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import type { Position } from '../domain/arrival.js';
import type { Held } from '../domain/breaker.js';
import type { Situation } from '../domain/evaluation.js';
import type { Observation, QuoteObservation } from '../domain/observation.js';
import type { Publication, PublishCause } from '../domain/publication.js';
import type { SnapshotContent } from '../domain/snapshot.js';

/** A publication with its number, rising over all assets. */
export interface NumberedPublication extends Publication {
  readonly sequence: bigint;
}

/** A situation as it is stored. */
export interface StoredSituation extends Situation {
  readonly last: NumberedPublication | undefined;
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

/** What can be read without a transaction. */
export interface OracleReader {
  /** The assets that exist, by asset id; unknown ids are left out. */
  findAssets(assetIds: readonly string[]): Promise<readonly Asset[]>;
  /** The asset that every price is in, once it is registered. */
  findDenomination(): Promise<Asset | undefined>;
  /** A page of assets, by asset id. */
  listAssets(page: AssetPage): Promise<readonly Asset[]>;
  /** What is known of each asset, in the order given. */
  loadSituations(assets: readonly Asset[]): Promise<readonly StoredSituation[]>;
  /** The latest quotes of an asset, by publisher. */
  findQuotes(assetId: string): Promise<readonly QuoteObservation[]>;
  /** The publication that stood at a time. */
  findPublicationAt(assetId: string, time: Instant): Promise<NumberedPublication | undefined>;
  findSnapshot(snapshotHash: string): Promise<StoredSnapshot | undefined>;
}

/** One transaction: all of it is stored, or nothing. */
export interface OracleSession extends OracleReader {
  /**
   * The assets that exist, by asset id, each locked until the transaction ends: everything that
   * depends on one asset's prices happens one after the other, across all processes.
   */
  lockAssets(assetIds: readonly string[]): Promise<readonly Asset[]>;
  /** False when the id is taken, or for a second denomination asset. */
  insertAsset(asset: Asset): Promise<boolean>;
  updateAsset(asset: Asset): Promise<void>;
  /** The latest observation of a publisher for each asset, of either kind, by asset id. */
  findPositions(
    publisher: string,
    assetIds: readonly string[],
  ): Promise<ReadonlyMap<string, Position>>;
  /** Replaces the latest observation of each (publisher, asset, kind). */
  saveObservations(observations: readonly Observation[], receiveTime: Instant): Promise<void>;
  savePublication(
    assetId: string,
    publication: Publication,
    cause: PublishCause,
  ): Promise<NumberedPublication>;
  /** Sets or, with undefined, clears what the breaker holds back. */
  saveHeld(assetId: string, held: Held | undefined): Promise<void>;
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

/** The oracle's store. */
export interface OracleStore extends OracleReader {
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
  priceHalted(event: { readonly assetId: string }): void;
  snapshotTaken(event: { readonly snapshotHash: string; readonly entryCount: number }): void;
}
