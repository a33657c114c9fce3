import { sharedMigrations, sql, type Migration } from '@trimtab/storage';
import { allowedActionsMigration } from './allowed-actions-migration.js';
import { controlMigration } from './control-migration.js';
import { feedLedgerSequence } from './migration-feed.js';
import { wideAmountsMigration } from './wide-amounts-migration.js';

/**
 * The tables of ordergen. Amounts are integers, widened later; times come from the clock, never from the
 * database. A running rebalance of a vault is found, and limited to one, by a partial unique index.
 */
const init: Migration = {
  up: async (db) => {
    await sql`
      create table vaults (
        vault_id text primary key,
        owner text not null,
        managers text[] not null,
        approvers text[] not null,
        slippage_limit_bps integer not null,
        snapshot_max_age_seconds integer not null,
        approval_ttl_seconds integer not null,
        deposit_limit numeric(78,0),
        deposited numeric(78,0) not null default 0,
        denomination text not null,
        denomination_decimals smallint not null,
        mode text not null check (mode in ('OPEN', 'PAUSED', 'CLOSING', 'CLOSED')),
        fence bigint not null,
        version bigint not null,
        ledger_sequence bigint not null default 0,
        cash numeric(78,0) not null default 0,
        frozen boolean not null default false,
        create_time timestamptz(3) not null,
        update_time timestamptz(3) not null
      )`.execute(db);
    await sql`
      create table vault_positions (
        vault_id text not null references vaults,
        asset_id text not null,
        side text not null check (side in ('LONG', 'SHORT')),
        quantity numeric(78,0) not null,
        collateral numeric(78,0) not null default 0,
        primary key (vault_id, asset_id, side)
      )`.execute(db);
    await sql`
      create table ledger_entries (
        vault_id text not null references vaults,
        sequence bigint not null,
        transaction_id text not null,
        kind text not null,
        account text not null,
        asset_id text not null,
        position_asset_id text,
        side text,
        amount numeric(78,0) not null,
        rebalance_id text,
        order_id text,
        event_id text,
        book_time timestamptz(3) not null,
        primary key (vault_id, sequence)
      )`.execute(db);
    await sql`create index ledger_entries_transaction on ledger_entries (transaction_id)`.execute(
      db,
    );
    await sql`
      create table vault_mode_changes (
        vault_id text not null references vaults,
        fence bigint not null,
        mode text not null,
        changed_by text not null,
        reason text not null,
        change_time timestamptz(3) not null,
        primary key (vault_id, fence)
      )`.execute(db);
    await sql`
      create table plan_copies (
        plan_hash text primary key,
        document bytea not null
      )`.execute(db);
    await sql`
      create table snapshot_copies (
        snapshot_hash text primary key,
        document bytea not null
      )`.execute(db);
    await createRebalanceTables(db);
  },
  down: async (db) => {
    await sql`drop table rebalance_feed, rebalance_pins, rebalance_events, rebalance_actions,
      rebalances, snapshot_copies, plan_copies, vault_mode_changes, ledger_entries,
      vault_positions, vaults`.execute(db);
  },
};

async function createRebalanceTables(db: Parameters<Migration['up']>[0]): Promise<void> {
  await sql`
    create table rebalances (
      rebalance_id text primary key,
      vault_id text not null references vaults,
      version bigint not null,
      state text not null,
      state_reason text not null default '',
      running boolean not null,
      fence bigint not null,
      plan_hash text not null,
      tx_bundle_hash text not null,
      target_weights_hash text not null,
      snapshot_hash text not null,
      h0 text not null,
      document text not null,
      drift_band text,
      expire_time timestamptz(3) not null,
      fold text not null,
      state_hash text not null,
      event_count bigint not null,
      waiting_count bigint not null,
      feed_count bigint not null,
      dispatched_index integer,
      dispatch_time timestamptz(3),
      requested_by text not null,
      trace_id text not null,
      traceparent text,
      create_time timestamptz(3) not null,
      update_time timestamptz(3) not null,
      end_time timestamptz(3)
    )`.execute(db);
  await sql`create unique index rebalances_one_per_vault on rebalances (vault_id) where running`.execute(
    db,
  );
  await sql`create index rebalances_latest on rebalances (create_time desc, rebalance_id)`.execute(
    db,
  );
  await sql`
    create table rebalance_actions (
      rebalance_id text not null references rebalances,
      index integer not null,
      state text not null,
      amount numeric(78,0),
      filled numeric(78,0),
      cash_moved numeric(78,0),
      booked_quantity numeric(78,0) not null default 0,
      booked_underlying numeric(78,0) not null default 0,
      booked_collateral numeric(78,0) not null default 0,
      booked_fee numeric(78,0) not null default 0,
      report_sequence bigint not null default 0,
      order_id text,
      exec_type text,
      failure_reason text,
      dispatch_time timestamptz(3),
      settle_time timestamptz(3),
      primary key (rebalance_id, index)
    )`.execute(db);
  await sql`
    create table rebalance_events (
      rebalance_id text not null references rebalances,
      sequence bigint not null,
      hash text not null,
      document text not null,
      occur_time timestamptz(3) not null,
      primary key (rebalance_id, sequence)
    )`.execute(db);
  await sql`
    create table rebalance_pins (
      rebalance_id text not null references rebalances,
      index integer not null,
      amount numeric(78,0) not null,
      primary key (rebalance_id, index)
    )`.execute(db);
  await sql`
    create table rebalance_feed (
      rebalance_id text not null references rebalances,
      sequence bigint not null,
      kind text not null,
      data text not null,
      state text not null,
      state_hash text not null,
      occur_time timestamptz(3) not null,
      primary key (rebalance_id, sequence)
    )`.execute(db);
}

/** Beside the document, which carries no trace: two replicas must hash the same. */
const eventTraces: Migration = {
  up: async (db) => {
    await sql`alter table rebalance_events add column trace_id text`.execute(db);
  },
  down: async (db) => {
    await sql`alter table rebalance_events drop column trace_id`.execute(db);
  },
};

/** What gauges count is few, among many. */
const gauges: Migration = {
  up: async (db) => {
    await sql`create index rebalance_actions_stuck on rebalance_actions (rebalance_id)
      where stuck_time is not null and settle_time is null`.execute(db);
    await sql`create index vault_audits_drifted on vault_audits (vault_id) where drift <> ''`.execute(
      db,
    );
    await sql`create index vaults_frozen on vaults (vault_id) where frozen`.execute(db);
  },
  down: async (db) => {
    await sql`drop index rebalance_actions_stuck, vault_audits_drifted, vaults_frozen`.execute(db);
  },
};

/** Everything that ordergen migrates: inbox, outbox, idempotency keys and its own tables. */
export const orderGenMigrations: Readonly<Record<string, Migration>> = {
  ...sharedMigrations,
  '0001_ordergen': init,
  '0002_allowed_actions': allowedActionsMigration,
  '0002_control': controlMigration,
  '0002_feed_ledger_sequence': feedLedgerSequence,
  '0003_wide_amounts': wideAmountsMigration,
  '0004_event_traces': eventTraces,
  '0005_gauges': gauges,
};
