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

/**
 * Heads: what is locked, compared and polled. Prices become the log of all changes. Its numbers come
 * from one counter row that is held until the commit, so that they are committed in their order.
 */
const changeStatements = [
  `create table asset_heads (
     asset_id text collate "C" primary key references assets,
     change bigint not null,
     change_xid xid8 not null,
     state text not null check (state in ('HEALTHY', 'STALE', 'NO_QUORUM', 'HALTED')),
     state_reason text not null,
     sequence bigint not null
   ) with (fillfactor = 50)`,
  `alter table prices
     alter column price drop not null,
     alter column confidence drop not null,
     alter column publish_time drop not null,
     alter column publishers drop not null,
     alter column dropped drop not null,
     alter column sequence drop default,
     add column occur_time timestamptz(3),
     add column state text not null default 'HEALTHY',
     add column state_reason text not null default '',
     add column evidence jsonb not null default '[]'`,
  'update prices set occur_time = publish_time',
  `alter table prices
     alter column occur_time set not null,
     add check ((price is null) = (publish_time is null))`,
  'drop sequence if exists prices_sequence_seq',
  'drop index prices_of_asset',
  'create index prices_of_asset on prices (asset_id, occur_time desc, sequence desc)',
  `insert into asset_heads
     select asset_id, 1, pg_current_xact_id(), case when found or denomination then 'HEALTHY' else 'NO_QUORUM' end, '', last
     from (select asset_id, denomination, exists (select from prices p where p.asset_id = a.asset_id) as found,
                  coalesce((select max(p.sequence) from prices p where p.asset_id = a.asset_id), 0) as last
           from assets a) as known`,
  'create table price_counter (last bigint not null, pruned bigint not null)',
  'create unique index price_counter_one on price_counter ((true))',
  'insert into price_counter select coalesce(max(sequence), 0), 0 from prices',
  `create table observation_history (
     asset_id text collate "C" not null,
     publisher text collate "C" not null,
     kind text not null,
     sequence bigint not null,
     observe_time timestamptz(3) not null,
     price text,
     bid text,
     ask text,
     confidence text,
     receive_time timestamptz(3) not null,
     primary key (asset_id, publisher, sequence)
   )`,
  'create index observation_history_by_time on observation_history using brin (receive_time)',
  `create table observation_counts (
     publisher text collate "C" not null,
     outcome text not null,
     count bigint not null,
     primary key (publisher, outcome)
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
  '0002_oracle_changes': {
    up: async (db) => {
      for (const statement of changeStatements) await sql.raw(statement).execute(db);
    },
    down: async (db) => {
      await sql`drop table asset_heads, price_counter, observation_history, observation_counts`.execute(
        db,
      );
    },
  },
  // Each change with the limits of its time: a heartbeat and maxAge, after which a silence means STALE.
  '0003_oracle_silence': {
    up: async (db) => {
      await sql`alter table prices add column silence_seconds integer`.execute(db);
    },
    down: async (db) => {
      await sql`alter table prices drop column silence_seconds`.execute(db);
    },
  },
};
