import { sql, type Migration } from '@trimtab/storage';

/** What approvals, admins and the audit of the ledger write. */
export const controlMigration: Migration = {
  up: async (db) => {
    await sql`alter table vaults add column four_eyes boolean not null default false`.execute(db);
    await sql`
      alter table rebalances
        add column approval_expire_time timestamptz(3),
        add column approved_by text`.execute(db);
    await sql`alter table rebalance_actions add column stuck_time timestamptz(3)`.execute(db);
    await sql`
      create table audit_entries (
        entry_id bigserial primary key,
        verb text not null,
        vault_id text not null references vaults,
        rebalance_id text references rebalances,
        subject text not null,
        reason text not null,
        details text not null,
        entry_time timestamptz(3) not null
      )`.execute(db);
    await sql`create index audit_entries_vault on audit_entries (vault_id, entry_id)`.execute(db);
    await sql`
      create table vault_audits (
        vault_id text primary key references vaults,
        vault_version bigint not null,
        drift text not null,
        audit_time timestamptz(3) not null
      )`.execute(db);
    await sql`
      create table fault_bundles (
        rebalance_id text primary key references rebalances,
        bundle text not null,
        export_time timestamptz(3) not null
      )`.execute(db);
  },
  down: async (db) => {
    await sql`drop table fault_bundles, vault_audits, audit_entries`.execute(db);
    await sql`alter table rebalance_actions drop column stuck_time`.execute(db);
    await sql`alter table rebalances drop column approval_expire_time, drop column approved_by`.execute(
      db,
    );
    await sql`alter table vaults drop column four_eyes`.execute(db);
  },
};
