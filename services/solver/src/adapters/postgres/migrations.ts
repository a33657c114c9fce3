import { sharedMigrations, sql, type Migration } from '@trimtab/storage';
import { certificateMigration } from './certificate-migration.js';

/** The schema of the solver, on top of inbox, outbox and idempotency keys. */
export const solverMigrations: Readonly<Record<string, Migration>> = {
  ...sharedMigrations,
  '0001_registry_and_plans': {
    up: async (db) => {
      await sql`
        create table strategies (
          strategy_id text collate "C" primary key,
          asset_id text not null unique,
          state text not null,
          definition text not null,
          create_time timestamptz(3) not null,
          update_time timestamptz(3) not null
        )`.execute(db);
      await sql`
        create table strategy_snapshots (
          strategy_id text collate "C" primary key references strategies (strategy_id),
          snapshot text not null,
          observe_time timestamptz(3) not null
        )`.execute(db);
      await sql`
        create table policies (
          policy_id text not null,
          version integer not null,
          policy text not null,
          create_time timestamptz(3) not null,
          update_time timestamptz(3) not null,
          primary key (policy_id, version)
        )`.execute(db);
      await sql`
        create table managers (
          manager_id text primary key,
          settings text not null,
          create_time timestamptz(3) not null,
          update_time timestamptz(3) not null
        )`.execute(db);
      await sql`
        create table plans (
          plan_hash text collate "C" primary key,
          vault_id text not null,
          summary text not null,
          targets text not null,
          steps text not null,
          inputs text not null,
          scores text not null,
          rounds text not null,
          create_time timestamptz(3) not null
        )`.execute(db);
      await sql`create index plans_latest on plans (create_time desc, plan_hash)`.execute(db);
      await sql`create index plans_of_vault on plans (vault_id, create_time desc, plan_hash)`.execute(
        db,
      );
    },
    down: async (db) => {
      await sql`drop table plans, managers, policies, strategy_snapshots, strategies`.execute(db);
    },
  },
  '0002_plan_certificates': certificateMigration,
};
