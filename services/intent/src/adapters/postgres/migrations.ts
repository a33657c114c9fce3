import { activationMigration } from './activation-migration.js';
import { engineMigration } from './engine-migration.js';
import { leaseMigration } from './lease-migration.js';
import { lifecycleMigration } from './lifecycle-migration.js';
import { notificationMigration } from './notification-migration.js';
import { sharedMigrations, sql, type Migration } from '@trimtab/storage';

/** Ids are compared by byte everywhere, whatever the locale of the database is. */
const statements = [
  `create table intents (
     intent_id text collate "C" primary key,
     owner text collate "C" not null,
     state text not null check (state in ('ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED', 'ERROR')),
     state_reason text not null,
     spec jsonb not null,
     vault_id text collate "C",
     owns_vault boolean not null,
     activation_step text not null,
     first_answer jsonb,
     create_time timestamptz(3) not null,
     update_time timestamptz(3) not null,
     check (activation_step <> 'ACTIVATED' or vault_id is not null)
   )`,
  'create index intents_of_owner on intents (owner, intent_id)',
  `create unique index intents_one_live_per_vault on intents (vault_id)
     where state in ('ACTIVE', 'PAUSED')`,
  `create table runs (
     run_id text collate "C" primary key,
     intent_id text collate "C" not null references intents,
     vault_id text collate "C" not null,
     started_by text not null,
     request_id text not null,
     request_hash text not null,
     trigger text not null,
     trace_id text not null,
     progress jsonb not null,
     outcome text not null check (outcome in ('RUNNING', 'REBALANCE', 'NO_OP', 'REFUSED')),
     reason text not null,
     message text not null,
     rebalance_id text,
     create_time timestamptz(3) not null,
     end_time timestamptz(3),
     unique (started_by, request_id),
     check ((outcome = 'RUNNING') = (end_time is null)),
     check ((outcome = 'REBALANCE') = (rebalance_id is not null))
   )`,
  'create index runs_of_intent on runs (intent_id, create_time desc, run_id)',
];

/** The schema of the intent service. */
export const migrations: Readonly<Record<string, Migration>> = {
  ...sharedMigrations,
  '0001_intent': {
    up: async (db) => {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
    down: async (db) => {
      await sql.raw('drop table runs, intents').execute(db);
    },
  },
  '0002_lifecycle': lifecycleMigration,
  '0003_activation': activationMigration,
  '0004_notifications': notificationMigration,
  '0005_leases': leaseMigration,
  '0006_traceparent': {
    up: async (db) => {
      await sql.raw('alter table runs add column traceparent text').execute(db);
    },
    down: async (db) => {
      await sql.raw('alter table runs drop column traceparent').execute(db);
    },
  },
  '0007_engine': engineMigration,
};
