import { sql, type Migration } from '@trimtab/storage';

/**
 * What the strategy engine sleeps on and is woken by: bands of prices, requests to agents of several
 * intents, and the option series that must be priced.
 */
const statements = [
  'alter table due_work add column ticker text collate "C"',
  'alter table due_work add column wake_below numeric',
  'alter table due_work add column wake_above numeric',
  'alter table due_work add column woken boolean not null default false',
  `update due_work set ticker = spec->>'ticker' from intents
     where intents.intent_id = due_work.intent_id`,
  'create index due_work_below on due_work (ticker, wake_below) where wake_below is not null',
  'create index due_work_above on due_work (ticker, wake_above) where wake_above is not null',
  `create table work_requests (
     work_id text collate "C" not null,
     intent_id text collate "C" not null references intents,
     request_time timestamptz(3) not null,
     lease_token bigint,
     primary key (work_id, intent_id)
   )`,
  'create index work_requests_of_intent on work_requests (intent_id)',
  // Intents of before ask for their pool agent as those do that are activated from now on.
  `insert into work_requests (work_id, intent_id, request_time)
     select 'POOL/' || (spec->'collateral'->>'asset'), intent_id, update_time from intents
     where activation_step = 'ACTIVATED' and state in ('ACTIVE', 'PAUSED')`,
  `create table intent_series (
     intent_id text collate "C" not null references intents,
     series_id text collate "C" not null,
     ticker text collate "C" not null,
     wanted boolean not null,
     check_time timestamptz(3) not null,
     primary key (intent_id, series_id)
   )`,
  'create index intent_series_of_ticker on intent_series (ticker, series_id)',
  'create index intent_series_left on intent_series (check_time) where not wanted',
];

/** Bands of prices, requests and series. */
export const engineMigration: Migration = {
  up: async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
  down: async (db) => {
    await sql.raw('drop table intent_series, work_requests').execute(db);
    await sql
      .raw(
        `alter table due_work drop column ticker, drop column wake_below,
           drop column wake_above, drop column woken`,
      )
      .execute(db);
  },
};
