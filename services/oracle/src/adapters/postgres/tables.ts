import type { ColumnType } from 'kysely';
import type { SharedTables } from '@trimtab/storage';

/** A bigint or numeric column: read as text, so that no integer ever becomes a double. */
type IntegerText = ColumnType<string, string | bigint, string | bigint>;
/** A jsonb column: written as JSON text, read parsed. */
type Json<T> = ColumnType<T, string, string>;

/** Registered assets; a row is also the lock of everything that depends on the asset's prices. */
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

/** Every publication; never changed. */
export interface PricesTable {
  sequence: ColumnType<string, never, never>;
  asset_id: string;
  price: string;
  confidence: string;
  publish_time: Date;
  publishers: Json<string[]>;
  dropped: Json<{ publisher: string; reason: 'OUTLIER' | 'EXPIRED' }[]>;
  cause: string;
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
  observations: ObservationsTable;
  prices: PricesTable;
  held_prices: HeldPricesTable;
  snapshots: SnapshotsTable;
}
