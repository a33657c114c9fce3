import { PARTITION_COUNT } from '@trimtab/canonical';
import { createPoller, type Component } from '@trimtab/lifecycle';
import { createPartitionLeases, type PartitionLeases, type SqlDatabase } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import type { Bus } from './bus.js';

/** Publishes what transactions left in the outbox. */
export interface Relay extends Component {
  /** Looks at once: call it after a commit that wrote messages. */
  wake(): void;
}

export interface RelayOptions {
  readonly database: SqlDatabase;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Pause between two looks without a wake, in milliseconds. */
  readonly pollMs: number;
}

interface OutboxRow {
  readonly outbox_id: string;
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly subject: string;
  readonly message_type: string;
  readonly payload: Buffer;
  readonly traceparent: string | null;
  readonly send_count: number;
}

const BATCH = 100;
const LEASE_RETRY_MS = 1_000;
const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/**
 * Publishes unsent outbox rows of the partitions whose lease it holds, in the order of their rows per
 * aggregate and side by side across aggregates (execution rule 3). A row is marked after the bus has
 * accepted it: a crash in between publishes it again under the same message id. An aggregate whose
 * row failed is not overtaken by its later rows and does not hold up others.
 */
export function createRelay(options: RelayOptions): Relay {
  const { database, bus, logger, pollMs } = options;
  let leases: PartitionLeases | undefined;
  let nextLeaseLook = 0;
  let failing = false;

  async function heldPartitions(): Promise<readonly number[]> {
    leases ??= createPartitionLeases(database);
    const held = leases.held();
    if (held.length === PARTITION_COUNT || Date.now() < nextLeaseLook) return held;
    nextLeaseLook = Date.now() + LEASE_RETRY_MS;
    return leases.acquire(ALL_PARTITIONS);
  }

  async function pass(): Promise<void> {
    const failed = new Map<string, unknown>();
    for (;;) {
      const partitions = await heldPartitions();
      if (partitions.length === 0) return;
      const rows = await unsent(database, partitions, [...failed.keys()]);
      if (rows.length === 0) break;
      const published = await publishInOrder(bus, rows, failed);
      await markSent(database, published);
      // Nothing went through: the bus is down, and further batches would fail as well.
      if (published.length === 0) break;
    }
    const [first] = failed.values();
    report(failed.size === 0 ? undefined : first);
  }

  /** Says once that publishing fails, and once that it works again; not at every pass. */
  function report(error: unknown): void {
    const fails = error !== undefined;
    if (fails === failing) return;
    failing = fails;
    if (fails) logger.warn({ error }, 'outbox rows not published, the relay goes on trying');
    else logger.info({}, 'outbox rows published again');
  }

  const poller = createPoller({
    name: 'relay',
    intervalMs: pollMs,
    run: pass,
    onError: report,
  });

  return {
    name: 'relay',
    start: () => poller.start(),
    stop: async () => {
      await poller.stop();
      const last = leases;
      leases = undefined;
      nextLeaseLook = 0;
      await last?.close();
    },
    wake: () => poller.wake(),
  };
}

/** Adds aggregates whose publish failed to `failed`; returns the rows that were accepted. */
async function publishInOrder(
  bus: Bus,
  rows: readonly OutboxRow[],
  failed: Map<string, unknown>,
): Promise<readonly string[]> {
  const published: string[] = [];
  await Promise.all(
    [...byAggregate(rows)].map(async ([aggregateId, own]) => {
      for (const row of own) {
        try {
          await bus.publish(toMessage(row));
        } catch (error) {
          failed.set(aggregateId, error);
          return;
        }
        published.push(row.outbox_id);
      }
    }),
  );
  return published;
}

function byAggregate(rows: readonly OutboxRow[]): ReadonlyMap<string, readonly OutboxRow[]> {
  const groups = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const group = groups.get(row.aggregate_id);
    if (group === undefined) groups.set(row.aggregate_id, [row]);
    else group.push(row);
  }
  return groups;
}

function toMessage(row: OutboxRow): Parameters<Bus['publish']>[0] {
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

async function unsent(
  database: SqlDatabase,
  partitions: readonly number[],
  heldBack: readonly string[],
): Promise<readonly OutboxRow[]> {
  const { rows } = await database.pool.query<OutboxRow>(
    `select outbox_id, event_id, aggregate_id, subject, message_type, payload, traceparent, send_count
     from outbox
     where not sent and partition = any($1::smallint[]) and aggregate_id <> all($2::text[])
     order by outbox_id
     limit ${BATCH}`,
    [partitions, heldBack],
  );
  return rows;
}

async function markSent(database: SqlDatabase, outboxIds: readonly string[]): Promise<void> {
  if (outboxIds.length === 0) return;
  await database.pool.query(
    'update outbox set sent = true, send_count = send_count + 1 where outbox_id = any($1::bigint[])',
    [outboxIds],
  );
}
