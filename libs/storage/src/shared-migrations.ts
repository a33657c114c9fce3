import { sql, type ColumnType, type Generated, type Migration } from 'kysely';

/** What became of a message: see the execution rules 1 and 2. */
export type InboxState = 'APPLIED' | 'WAITING' | 'DUPLICATE' | 'DEAD';

/** One row per consumer and event: the event has taken effect (or waits for its turn) once. */
export interface InboxTable {
  consumer: string;
  event_id: string;
  aggregate_id: string;
  state: InboxState;
  /** Order among the waiting messages of one aggregate; bigint, read as a string. */
  sequence: ColumnType<
    string | null,
    string | bigint | number | null,
    string | bigint | number | null
  >;
  subject: string;
  payload: Uint8Array;
  received_time: Date;
}

/** Messages that must be published because a transaction committed. */
export interface OutboxTable {
  /** bigserial, read as a string. */
  outbox_id: ColumnType<string, never, never>;
  event_id: string;
  aggregate_id: string;
  partition: number;
  subject: string;
  message_type: string;
  payload: Uint8Array;
  traceparent: string | null;
  send_count: Generated<number>;
  sent: Generated<boolean>;
  /** When it was written, or asked for again, by the clock of the database: only its age is looked at. */
  enqueue_time: Generated<Date>;
}

/** The first response to each request id. */
export interface IdempotencyKeysTable {
  subject: string;
  method: string;
  request_id: string;
  request_hash: string;
  response: Uint8Array;
}

/** The tables of `sharedMigrations`: `type OracleTables = SharedTables & { ... }`. */
export interface SharedTables {
  inbox: InboxTable;
  outbox: OutboxTable;
  idempotency_keys: IdempotencyKeysTable;
}

/** Inbox, outbox and idempotency keys: `migrate(database, { ...sharedMigrations, ...own })`. */
export const sharedMigrations: Readonly<Record<string, Migration>> = {
  '0000_shared': {
    up: async (db) => {
      await sql`
        create table inbox (
          consumer text not null,
          event_id text not null,
          aggregate_id text not null,
          state text not null check (state in ('APPLIED', 'WAITING', 'DUPLICATE', 'DEAD')),
          sequence bigint,
          subject text not null,
          payload bytea not null,
          received_time timestamptz(3) not null,
          primary key (consumer, event_id)
        )`.execute(db);
      await sql`create index inbox_waiting on inbox (aggregate_id) where state = 'WAITING'`.execute(
        db,
      );
      await sql`
        create table outbox (
          outbox_id bigserial primary key,
          event_id text not null unique,
          aggregate_id text not null,
          partition smallint not null check (partition between 0 and 15),
          subject text not null,
          message_type text not null,
          payload bytea not null,
          traceparent text,
          send_count integer not null default 0,
          sent boolean not null default false
        )`.execute(db);
      await sql`create index outbox_unsent on outbox (partition, outbox_id) where not sent`.execute(
        db,
      );
      await sql`
        create table idempotency_keys (
          subject text not null,
          method text not null,
          request_id text not null,
          request_hash text not null,
          response bytea not null,
          primary key (subject, method, request_id)
        )`.execute(db);
    },
    down: async (db) => {
      await sql`drop table inbox, outbox, idempotency_keys`.execute(db);
    },
  },
  '0001_shared_outbox_time': {
    up: async (db) => {
      await sql`
        alter table outbox add column enqueue_time timestamptz(3) not null default now()`.execute(
        db,
      );
    },
    down: async (db) => {
      await sql`alter table outbox drop column enqueue_time`.execute(db);
    },
  },
};
