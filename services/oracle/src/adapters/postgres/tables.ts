import type { ColumnType } from 'kysely';
import type { SharedTables } from '@trimtab/storage';

/** A bigint or numeric column: read as text, so that no integer ever becomes a double. */
type IntegerText = ColumnType<string, string | bigint, string | bigint>;
/** A jsonb column: written as JSON text, read parsed. */
type Json<T> = ColumnType<T, string, string>;

/** Registered assets. */
export interface AssetsTable {
  asset_id: string;
  decimals: number;
  lot: IntegerText;
  minimum_order: IntegerText;
  max_age_seconds: number;
  heartbeat_seconds: number;
  deviation_bps: number;
  quorum_count: number;
  outlier_bps: number;
  breaker_bps: number;
  publishers: Json<string[]>;
  denomination: boolean;
  version: IntegerText;
  create_time: Date;
  update_time: Date;
}

/** The latest observation of each (asset, publisher, kind); prices are canonical decimals. */
export interface ObservationsTable {
  asset_id: string;
  publisher: string;
  kind: 'PRICE' | 'QUOTE';
  sequence: IntegerText;
  observe_time: Date;
  price: string | null;
  bid: string | null;
  ask: string | null;
  confidence: string | null;
  receive_time: Date;
}

/** An observation as it was taken; kept for `OBSERVATION_RETENTION_SECONDS`. */
export type ObservationHistoryTable = ObservationsTable;

/** How many observations of a publisher had each outcome. */
export interface ObservationCountsTable {
  publisher: string;
  outcome: string;
  count: IntegerText;
}

/** Where each asset stands; a row is also the lock of everything that depends on its prices. */
export interface AssetHeadsTable {
  asset_id: string;
  /** Rises by 1 with each transaction that changes anything of the asset. */
  change: IntegerText;
  /** The last transaction that did. */
  change_xid: string;
  state: string;
  state_reason: string;
  /** The row of `prices` that stands; 0 for none. */
  sequence: IntegerText;
}

/** Every publication and every change of state, each with the publication that stood after it. */
export interface PricesTable {
  sequence: IntegerText;
  asset_id: string;
  price: string | null;
  confidence: string | null;
  publish_time: Date | null;
  publishers: Json<string[]> | null;
  dropped: Json<StoredDropped[]> | null;
  cause: string;
  occur_time: Date;
  state: string;
  state_reason: string;
  evidence: Json<StoredEvidence[]>;
  /** Heartbeat and maxAge of the asset at that time; null before they were recorded. */
  silence_seconds: number | null;
}

/** A publisher that was not used. */
export interface StoredDropped {
  publisher: string;
  reason: 'OUTLIER' | 'EXPIRED';
}

/** An observation that a price was made from; times in milliseconds, both numbers as text. */
export interface StoredEvidence {
  publisher: string;
  price: string;
  time: string;
  sequence: string;
}

/** One row: the last number of a change, and the last one that was pruned. */
export interface PriceCounterTable {
  last: IntegerText;
  pruned: IntegerText;
}

/** What the breaker holds back, while it does. */
export interface HeldPricesTable {
  asset_id: string;
  price: string;
  hold_time: Date;
}

/** Snapshots by hash; the document is the canonical JSON that was hashed. */
export interface SnapshotsTable {
  snapshot_hash: string;
  document: string;
  take_time: Date;
  create_time: Date;
}

/** All tables of the oracle's schema. */
export interface OracleTables extends SharedTables {
  assets: AssetsTable;
  asset_heads: AssetHeadsTable;
  observations: ObservationsTable;
  observation_history: ObservationHistoryTable;
  observation_counts: ObservationCountsTable;
  prices: PricesTable;
  price_counter: PriceCounterTable;
  held_prices: HeldPricesTable;
  snapshots: SnapshotsTable;
}
