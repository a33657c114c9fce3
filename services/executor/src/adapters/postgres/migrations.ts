import { sharedMigrations } from '@trimtab/storage';
import { sql, type Migration } from 'kysely';

const init: Migration = {
  up: async (db) => {
    await sql`
      create table orders (
        order_id text primary key,
        rebalance_id text not null,
        vault_id text not null,
        order_index integer not null check (order_index >= 0),
        dispatch bytea not null,
        state text not null check (state in ('ACCEPTED', 'SETTLED')),
        outage text
      )`.execute(db);
    await sql`create index orders_unsettled on orders (order_id) where state = 'ACCEPTED'`.execute(
      db,
    );
    await sql`
      create table reports (
        event_id text primary key,
        order_id text not null references orders (order_id),
        report_sequence integer not null check (report_sequence >= 1),
        unique (order_id, report_sequence)
      )`.execute(db);
    // No foreign key: its check would wait for the row lock under which the mark is made.
    await sql`create table submissions (order_id text primary key)`.execute(db);
    await sql`
      create table paper_orders (
        client_order_id text primary key,
        answer jsonb not null
      )`.execute(db);
  },
};

/** A recovered order goes on in the trace that its dispatch came in. */
const traceparent: Migration = {
  up: async (db) => {
    await sql`alter table orders add column traceparent text`.execute(db);
  },
};

/** The executor's schema, in order. */
export const executorMigrations: Readonly<Record<string, Migration>> = {
  ...sharedMigrations,
  '0001_orders': init,
  '0002_traceparent': traceparent,
};
