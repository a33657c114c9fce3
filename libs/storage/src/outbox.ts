import { sql } from 'kysely';
import type { SqlExecutor } from './transaction.js';

/** A message that is published once the transaction that wrote it has committed. */
export interface OutboxMessage {
  /** Unique; the consumer's inbox recognises a repeated message by it. */
  readonly eventId: string;
  /** Messages of one aggregate (a rebalance) are published in the order of their rows. */
  readonly aggregateId: string;
  /** `partitionOf(vaultId)`, 0 to 15. */
  readonly partition: number;
  readonly subject: string;
  /** Full protobuf type name, `trimtab.execution.v1.OrderDispatch`. */
  readonly messageType: string;
  readonly payload: Uint8Array;
  /** W3C trace context the publish span continues. */
  readonly traceparent?: string;
}

/**
 * Writes messages in the transaction of the effect they report (execution rule 3), in the order
 * given. Wake the relay after the commit.
 * @throws the unique violation of PostgreSQL when an event id is already there
 */
export async function enqueue(tx: SqlExecutor, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map(
    (message) => sql`(${message.eventId}, ${message.aggregateId}, ${message.partition}::smallint,
      ${message.subject}, ${message.messageType}, ${Buffer.from(message.payload)}::bytea,
      ${message.traceparent ?? null})`,
  );
  await sql`
    insert into outbox
      (event_id, aggregate_id, partition, subject, message_type, payload, traceparent)
    values ${sql.join(rows)}`.execute(tx);
}

/**
 * Has messages published once more under the same event id and a new message id (execution rule 4,
 * amnesia). Event ids that are not in the outbox are left out. The send count of a message that is not
 * marked as sent rises at once: it may be out already, and is then not marked any more by who sent it.
 * @returns how many will be sent again
 */
export async function requestResend(tx: SqlExecutor, eventIds: readonly string[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update outbox set sent = false, send_count = send_count + (not sent)::integer,
      enqueue_time = now()
    where event_id = any(${eventIds})`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}
