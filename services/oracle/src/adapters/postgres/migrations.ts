import { sharedMigrations, sql, type Migration } from '@trimtab/storage';

/** Ids are compared by byte everywhere, whatever the locale of the database is. */
const statements = [
  `create table assets (
     asset_id text collate "C" primary key,
     decimals smallint not null check (decimals between 0 and 27),
     lot numeric(78, 0) not null check (lot >= 1),
     minimum_order numeric(78, 0) not null check (minimum_order >= 0),
     max_age_seconds integer not null check (max_age_seconds >= 1),
     heartbeat_seconds integer not null check (heartbeat_seconds >= 1),
     deviation_bps integer not null check (deviation_bps between 0 and 10000),
     quorum_count integer not null check (quorum_count >= 1),
     outlier_bps integer not null check (outlier_bps between 1 and 10000),
     breaker_bps integer not null check (breaker_bps between 1 and 10000),
     publishers jsonb not null,
     denomination boolean not null,
     version bigint not null,
     create_time timestamptz(3) not null,
     update_time timestamptz(3) not null
   )`,
  'create unique index assets_one_denomination on assets (denomination) where denomination',
  `create table observations (
     asset_id text collate "C" not null references assets,
     publisher text collate "C" not null,
     kind text not null check (kind in ('PRICE', 'QUOTE')),
     sequence bigint not null check (sequence >= 0),
     observe_time timestamptz(3) not null,
     price text,
     bid text,
     ask text,
     confidence text,
     receive_time timestamptz(3) not null,
     primary key (asset_id, publisher, kind),
     check (case kind when 'PRICE' then price is not null and bid is null and ask is null
                      else price is null and bid is not null and ask is not null end)
   )`,
  `create table prices (
     sequence bigserial primary key,
     asset_id text collate "C" not null references assets,
     price text not null,
     confidence text not null,
     publish_time timestamptz(3) not null,
     publishers jsonb not null,
     dropped jsonb not null,
     cause text not null
   )`,
  'create index prices_of_asset on prices (asset_id, sequence desc)',
  `create table held_prices (
     asset_id text collate "C" primary key references assets,
     price text not null,
     hold_time timestamptz(3) not null
   )`,
  `create table snapshots (
     snapshot_hash text primary key,
     document text not null,
     take_time timestamptz(3) not null,
     create_time timestamptz(3) not null
   )`,
];

/** The schema of the oracle. */
export const migrations: Readonly<Record<string, Migration>> = {
  ...sharedMigrations,
  '0001_oracle': {
    up: async (db) => {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
    down: async (db) => {
      await sql`drop table snapshots, held_prices, prices, observations, assets`.execute(db);
    },
  },
};
