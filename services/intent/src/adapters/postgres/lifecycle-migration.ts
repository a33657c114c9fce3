import { sql, type Migration } from '@trimtab/storage';

/**
 * Changes of state as rows that a worker can finish, what the engine keeps and does, and every change
 * of an intent in the order of its commit.
 */
const statements = [
  `alter table intents add column runtime jsonb not null default '{}'`,
  // Whether the vault's deposit limit is still to be set to a changed max_capital.
  'alter table intents add column limit_stale boolean not null default false',
  `alter table runs add column purpose text not null default 'REBALANCE'
     check (purpose in ('REBALANCE', 'ROLL', 'SETTLE'))`,
  `create table state_changes (
     change_id text collate "C" primary key,
     intent_id text collate "C" not null references intents,
     to_state text not null check (to_state in ('PAUSED', 'ACTIVE', 'CANCELLED', 'COMPLETED', 'ERROR')),
     moved_by text not null check (moved_by in ('owner', 'engine')),
     reason text not null,
     done_count int not null default 0,
     attempt_count int not null default 0,
     ended boolean not null default false,
     answer jsonb,
     due_time timestamptz(3) not null,
     started_by text not null,
     method text not null,
     request_id text not null,
     request_hash text not null,
     create_time timestamptz(3) not null,
     unique (started_by, method, request_id)
   )`,
  `create unique index state_changes_one_unanswered on state_changes (intent_id) where answer is null`,
  'create index state_changes_due on state_changes (due_time) where not ended',
  `create table due_work (
     work_id text collate "C" primary key,
     agent_kind text not null,
     instance_key text collate "C" not null,
     intent_id text collate "C" references intents,
     due_time timestamptz(3),
     attempt_count int not null default 0,
     lease_token bigint not null default 0,
     engine_id text,
     lease_expire_time timestamptz(3),
     unique (agent_kind, instance_key)
   )`,
  'create index due_work_by_time on due_work (due_time) where due_time is not null',
  'create index due_work_of_intent on due_work (intent_id)',
  `create table intent_changes (
     sequence bigint primary key,
     intent_id text collate "C" not null references intents,
     owner text collate "C" not null,
     intent_sequence bigint not null,
     document jsonb not null,
     unique (intent_id, intent_sequence)
   )`,
];

/** State changes, runtime, due work and the sequence of changes. */
export const lifecycleMigration: Migration = {
  up: async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
  down: async (db) => {
    await sql.raw('drop table intent_changes, due_work, state_changes').execute(db);
    await sql.raw('alter table runs drop column purpose').execute(db);
    await sql.raw('alter table intents drop column runtime, drop column limit_stale').execute(db);
  },
};
