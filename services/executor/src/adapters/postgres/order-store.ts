import { partitionOf } from '@trimtab/canonical';
import { inTransaction, type Database, type OutboxMessage } from '@trimtab/storage';
import { CompiledQuery, sql } from 'kysely';
import type { OrderProgress, OrderStore } from '../../application/ports.js';
import type { Report } from '../../domain/execution-report.js';
import type { FailureReason } from '../../domain/failure-reason.js';
import type { Order } from '../../domain/order.js';
import {
  ACCEPT,
  ACCEPT_AND_LOCK,
  acceptValues,
  LOCK,
  SETTLE,
  SETTLE_AND_UNLOCK,
  settleValues,
  UNLOCK,
} from './order-statements.js';
import type { ExecutorTables } from './tables.js';

/** The message that carries a report; made by the bus adapter, which knows the wire. */
export type ReportMessage = Pick<OutboxMessage, 'subject' | 'messageType' | 'payload'>;

/** What the store needs besides its database. */
export interface OrderStoreOptions {
  readonly database: Database<ExecutorTables>;
  /**
   * Connections for statements that run while a row lock is held. They are not of the pool that the
   * holders of row locks come from: those would wait for each other's connections for ever.
   */
  readonly besides: Database<ExecutorTables>;
  /** Reads a dispatch that was accepted. */
  readonly parse: (dispatch: Uint8Array) => Order;
  readonly toMessage: (report: Report) => ReportMessage;
  /** The W3C trace context that a report continues: that of the dispatch being handled or recovered. */
  readonly traceparent: () => string | undefined;
  /** Publishes what was committed to the outbox. */
  readonly publish: (messages: readonly OutboxMessage[]) => void;
  /** Has messages of the outbox published once more. */
  readonly resend: (eventIds: readonly string[]) => Promise<void>;
}

interface AcceptedRow {
  readonly state: string;
  readonly dispatch: Buffer;
  readonly outage: FailureReason | null;
}

/** Orders and reports in PostgreSQL. Reports and their outgoing messages commit together. */
export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { database, besides } = options;
  return {
    accept: async (order, dispatch) => {
      const { rows } = await database.pool.query<{ progress: OrderProgress }>(ACCEPT, [
        ...acceptValues(order, dispatch, options.traceparent()),
      ]);
      return rows[0]?.progress ?? 'ACCEPTED';
    },
    acceptAndTell: async (order, dispatch, tell) => {
      const stored = await onOneConnection(database, async (query) => {
        const [row] = await query<{ locked: boolean }>('order-accept', ACCEPT_AND_LOCK, [
          ...acceptValues(order, dispatch, options.traceparent()),
        ]);
        if (row?.locked !== true) return undefined;
        const decided = await tell();
        if (decided === undefined) {
          await query('order-unlock', UNLOCK, [order.orderId]);
          return undefined;
        }
        const messages = messagesOf(options, decided.reports);
        const [done] = await query<{ settled: number }>('order-settle', SETTLE_AND_UNLOCK, [
          ...settleValues(order.orderId, decided.reports, messages),
        ]);
        return done?.settled === 1 ? { decided, messages } : undefined;
      });
      if (stored !== undefined) options.publish(stored.messages);
      return stored?.decided;
    },
    settle: async (orderId, decide) => {
      const stored = await inTransaction(database, async (tx) => {
        await tx.executeQuery(CompiledQuery.raw(LOCK, [orderId]));
        const { rows } = await sql<AcceptedRow>`
          select state, dispatch, outage from orders where order_id = ${orderId} for update`.execute(
          tx,
        );
        const [row] = rows;
        if (row?.state !== 'ACCEPTED') return undefined;
        // A statement of its own: it sees what was committed while the lock was waited for.
        const marks = await sql`
          select 1 from submissions where order_id = ${orderId}`.execute(tx);
        const decided = await decide({
          order: options.parse(row.dispatch),
          submitted: marks.rows.length > 0,
          outage: row.outage ?? undefined,
        });
        if (decided.reports.length === 0) {
          await sql`
            update orders set outage = ${decided.outage ?? null} where order_id = ${orderId}`.execute(
            tx,
          );
          return { decided, messages: [] };
        }
        const messages = messagesOf(options, decided.reports);
        await tx.executeQuery(
          CompiledQuery.raw(SETTLE, [...settleValues(orderId, decided.reports, messages)]),
        );
        return { decided, messages };
      });
      if (stored !== undefined) options.publish(stored.messages);
      return stored?.decided;
    },
    recordSubmission: async (orderId) => {
      await sql`
        insert into submissions (order_id) values (${orderId})
        on conflict (order_id) do nothing`.execute(besides.kysely);
    },
    answerAgain: async (orderId) => {
      const { rows } = await sql<{ event_id: string }>`
        select event_id from reports where order_id = ${orderId} order by report_sequence`.execute(
        database.kysely,
      );
      await options.resend(rows.map((row) => row.event_id));
    },
    isAnswerSent: async (orderId) => {
      const { rows } = await sql`
        select 1 from reports join outbox using (event_id)
        where order_id = ${orderId} and not sent limit 1`.execute(database.kysely);
      return rows.length === 0;
    },
    unsettled: async () => {
      const { rows } = await sql<{ order_id: string; traceparent: string | null }>`
        select order_id, traceparent from orders where state = 'ACCEPTED'
        order by order_id`.execute(database.kysely);
      return rows.map((row) => ({
        orderId: row.order_id,
        ...(row.traceparent !== null && { traceparent: row.traceparent }),
      }));
    },
  };
}

function messagesOf(
  options: OrderStoreOptions,
  reports: readonly Report[],
): readonly OutboxMessage[] {
  const traceparent = options.traceparent();
  return reports.map((report) => ({
    ...options.toMessage(report),
    eventId: report.eventId,
    aggregateId: report.order.rebalanceId,
    partition: partitionOf(report.order.vaultId),
    ...(traceparent === undefined ? {} : { traceparent }),
  }));
}

/** Runs a named statement, which the server parses once per connection. */
type NamedQuery = <Row>(
  name: string,
  text: string,
  values: readonly unknown[],
) => Promise<readonly Row[]>;

/** After an error the connection is given up, and with it every lock that it may still hold. */
async function onOneConnection<T>(
  { pool }: Database<ExecutorTables>,
  run: (query: NamedQuery) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isClean = false;
  try {
    const query: NamedQuery = async <Row>(
      name: string,
      text: string,
      values: readonly unknown[],
    ) => {
      const { rows } = await client.query({ name, text, values: [...values] });
      // The caller names the columns of its own statement; the driver cannot know them.
      return rows as Row[];
    };
    const result = await run(query);
    isClean = true;
    return result;
  } finally {
    client.release(!isClean);
  }
}
