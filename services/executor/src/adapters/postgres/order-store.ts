import { partitionOf } from '@trimtab/canonical';
import {
  enqueue,
  inTransaction,
  requestResend,
  type Database,
  type OutboxMessage,
} from '@trimtab/storage';
import { sql } from 'kysely';
import type { OrderProgress, OrderStore } from '../../application/ports.js';
import type { Report } from '../../domain/execution-report.js';
import type { FailureReason } from '../../domain/failure-reason.js';
import type { Order } from '../../domain/order.js';
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
  /** The W3C trace context that a report continues: that of the dispatch being handled. */
  readonly traceparent: () => string | undefined;
  /** Wakes the relay after a commit that left messages to publish. */
  readonly wakeRelay: () => void;
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
      const { rows } = await sql<{ progress: OrderProgress }>`
        with fresh as (
          insert into orders (order_id, rebalance_id, vault_id, order_index, dispatch, state)
          values (${order.orderId}, ${order.rebalanceId}, ${order.vaultId}, ${order.index},
            ${Buffer.from(dispatch)}::bytea, 'ACCEPTED')
          on conflict (order_id) do nothing
          returning order_id
        )
        select coalesce(
          (select 'NEW' from fresh),
          (select state from orders where order_id = ${order.orderId}),
          'ACCEPTED') as progress`.execute(database.kysely);
      return rows[0]?.progress ?? 'ACCEPTED';
    },
    settle: async (orderId, decide) => {
      const decision = await inTransaction(database, async (tx) => {
        const { rows } = await sql<AcceptedRow>`
          select state, dispatch, outage from orders where order_id = ${orderId} for update`.execute(
          tx,
        );
        const [row] = rows;
        if (row?.state !== 'ACCEPTED') return undefined;
        // A statement of its own: it sees what was committed while the lock was waited for.
        const marks = await sql`
          select 1 from submissions where order_id = ${orderId}`.execute(tx);
        const order = options.parse(row.dispatch);
        const decided = await decide({
          order,
          submitted: marks.rows.length > 0,
          outage: row.outage ?? undefined,
        });
        if (decided.reports.length === 0) {
          await sql`
            update orders set outage = ${decided.outage ?? null} where order_id = ${orderId}`.execute(
            tx,
          );
          return decided;
        }
        await sql`update orders set state = 'SETTLED' where order_id = ${orderId}`.execute(tx);
        const values = decided.reports.map(
          (report) => sql`(${report.eventId}, ${orderId}, ${report.sequence}::integer)`,
        );
        await sql`insert into reports (event_id, order_id, report_sequence) values ${sql.join(values)}`.execute(
          tx,
        );
        await enqueue(
          tx,
          decided.reports.map((report) => outboxMessage(options, report)),
        );
        return decided;
      });
      options.wakeRelay();
      return decision;
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
      await requestResend(
        database.kysely,
        rows.map((row) => row.event_id),
      );
      options.wakeRelay();
    },
    isAnswerSent: async (orderId) => {
      const { rows } = await sql`
        select 1 from reports join outbox using (event_id)
        where order_id = ${orderId} and not sent limit 1`.execute(database.kysely);
      return rows.length === 0;
    },
    unsettled: async () => {
      const { rows } = await sql<{ order_id: string }>`
        select order_id from orders where state = 'ACCEPTED' order by order_id`.execute(
        database.kysely,
      );
      return rows.map((row) => row.order_id);
    },
  };
}

function outboxMessage(options: OrderStoreOptions, report: Report): OutboxMessage {
  const traceparent = options.traceparent();
  return {
    ...options.toMessage(report),
    eventId: report.eventId,
    aggregateId: report.order.rebalanceId,
    partition: partitionOf(report.order.vaultId),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
