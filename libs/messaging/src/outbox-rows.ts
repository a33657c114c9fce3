import type { SqlDatabase } from '@trimtab/storage';
import type { OutgoingMessage } from './bus.js';

/** An unsent row of the outbox. */
export interface OutboxRow {
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly subject: string;
  readonly message_type: string;
  readonly payload: Uint8Array;
  readonly traceparent: string | null;
  readonly send_count: number;
}

const BATCH = 100;

/** What a pass leaves out: aggregates that must not be overtaken, and rows that are out already. */
export interface LeftOut {
  readonly aggregateIds: readonly string[];
  readonly eventIds: readonly string[];
}

/** The next unsent rows of some partitions, in their order. */
export async function unsentRows(
  database: SqlDatabase,
  partitions: readonly number[],
  leftOut: LeftOut,
): Promise<readonly OutboxRow[]> {
  const { rows } = await database.pool.query<OutboxRow>({
    name: 'outbox-unsent',
    text: `select event_id, aggregate_id, subject, message_type, payload, traceparent, send_count
     from outbox
     where not sent and partition = any($1::smallint[]) and aggregate_id <> all($2::text[])
       and event_id <> all($3::text[])
     order by outbox_id
     limit ${BATCH}`,
    values: [partitions, leftOut.aggregateIds, leftOut.eventIds],
  });
  return rows;
}

/** A row that went out, as it was when it did. */
export type SentRow = Pick<OutboxRow, 'event_id' | 'send_count'>;

/**
 * Marks rows that the bus has accepted; not one whose count has risen since it was read, which is to be
 * sent once more.
 */
export async function markSent(database: SqlDatabase, rows: readonly SentRow[]): Promise<void> {
  if (rows.length === 0) return;
  await database.pool.query({
    name: 'outbox-sent',
    text: `update outbox set sent = true, send_count = outbox.send_count + 1
      from unnest($1::text[], $2::integer[]) as out_row (event_id, send_count)
      where outbox.event_id = out_row.event_id and outbox.send_count = out_row.send_count
        and not sent`,
    values: [rows.map((row) => row.event_id), rows.map((row) => row.send_count)],
  });
}

/** A row as it goes out. */
export function toMessage(row: OutboxRow): OutgoingMessage {
  return {
    subject: row.subject,
    // The count changes with each resend only: a resend must not look like a duplicate, a repeat must.
    messageId: `${row.event_id}/${row.send_count}`,
    eventId: row.event_id,
    messageType: row.message_type,
    payload: row.payload,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}

/** Rows by their aggregate, in their order. */
export function byAggregate(rows: readonly OutboxRow[]): ReadonlyMap<string, readonly OutboxRow[]> {
  const groups = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const group = groups.get(row.aggregate_id);
    if (group === undefined) groups.set(row.aggregate_id, [row]);
    else group.push(row);
  }
  return groups;
}
