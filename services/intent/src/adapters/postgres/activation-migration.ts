import { sql, type Migration } from '@trimtab/storage';

/**
 * The activation as a saga that a worker resumes, and runs that one driver at a time takes to their
 * end. Times of workers are those of the database: what they measure is how long a process was away.
 */
const statements = [
  `alter table intents add column warnings jsonb not null default '[]'`,
  'alter table intents add column activation_due_time timestamptz(3) not null default now()',
  `create index intents_to_activate on intents (activation_due_time)
     where activation_step <> 'ACTIVATED' and state in ('ACTIVE', 'PAUSED')`,
  // An earlier version may have opened a vault from here on without having written which.
  `update intents set activation_step = 'AGENTS_SELECTED'
     where activation_step = 'DERIVED' and state in ('ACTIVE', 'PAUSED')`,
  'alter table state_changes drop constraint state_changes_moved_by_check',
  `alter table state_changes add constraint state_changes_moved_by_check
     check (moved_by in ('owner', 'engine', 'activation'))`,
  'alter table runs add column lease_id text',
  'alter table runs add column lease_expire_time timestamptz(3) not null default now()',
  'alter table runs add column cost_bps int',
  `create index runs_left on runs (lease_expire_time) where outcome = 'RUNNING'`,
  `create index runs_with_rebalance on runs (intent_id, end_time) where outcome = 'REBALANCE'`,
];

/** Resumable activations and runs, and what a rebalance cost. */
export const activationMigration: Migration = {
  up: async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
  down: async (db) => {
    await sql.raw('drop index runs_left, runs_with_rebalance, intents_to_activate').execute(db);
    await sql
      .raw('alter table runs drop column lease_id, drop column lease_expire_time')
      .execute(db);
    await sql.raw('alter table runs drop column cost_bps').execute(db);
    await sql
      .raw('alter table intents drop column warnings, drop column activation_due_time')
      .execute(db);
    // Undoing an activation is the end of an intent by the service itself, as the engine's is.
    await sql
      .raw(`update state_changes set moved_by = 'engine' where moved_by = 'activation'`)
      .execute(db);
    await sql
      .raw('alter table state_changes drop constraint state_changes_moved_by_check')
      .execute(db);
    await sql
      .raw(
        `alter table state_changes add constraint state_changes_moved_by_check
           check (moved_by in ('owner', 'engine'))`,
      )
      .execute(db);
  },
};
