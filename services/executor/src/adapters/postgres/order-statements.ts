import type { OutboxMessage } from '@trimtab/storage';
import type { Report } from '../../domain/execution-report.js';
import type { Order } from '../../domain/order.js';

/**
 * Whoever decides about an order holds this lock of its connection, which the server gives back when
 * the connection dies. `$1` is the order id.
 */
const LOCK_KEY = `hashtextextended(current_schema() || '/order/' || $1, 0)`;

const INSERT_ORDER = `
  insert into orders (order_id, rebalance_id, vault_id, order_index, dispatch, traceparent, state)
  values ($1, $2, $3, $4, $5, $6, 'ACCEPTED')
  on conflict (order_id) do nothing
  returning order_id`;

/** Stores an order as accepted; tells how far it was before. */
export const ACCEPT = `
with fresh as (${INSERT_ORDER})
select coalesce(
  (select 'NEW' from fresh),
  (select state from orders where order_id = $1),
  'ACCEPTED') as progress`;

/** Stores an unknown order as accepted and submitted, and takes its lock. No row for a known one. */
export const ACCEPT_AND_LOCK = `
with fresh as (${INSERT_ORDER}),
mark as (insert into submissions (order_id) select order_id from fresh)
select pg_try_advisory_lock(${LOCK_KEY}) as locked from fresh`;

/** The values of {@link ACCEPT} and {@link ACCEPT_AND_LOCK}. */
export function acceptValues(
  order: Order,
  dispatch: Uint8Array,
  traceparent: string | undefined,
): readonly unknown[] {
  const { orderId, rebalanceId, vaultId, index } = order;
  return [orderId, rebalanceId, vaultId, index, Buffer.from(dispatch), traceparent ?? null];
}

/** Waits for the lock of an order; it is held until the end of the transaction. */
export const LOCK = `select pg_advisory_xact_lock(${LOCK_KEY})`;

/** Gives the lock of the connection back. */
export const UNLOCK = `select pg_advisory_unlock(${LOCK_KEY})`;

/** Settles an accepted order with its reports and their messages, in one statement. */
export const SETTLE = `
with settled as (
  update orders set state = 'SETTLED' where order_id = $1 and state = 'ACCEPTED' returning order_id
),
report_row as (
  insert into reports (event_id, order_id, report_sequence)
  select r.event_id, settled.order_id, r.sequence
  from settled, unnest($2::text[], $3::integer[]) as r(event_id, sequence)
),
outbox_row as (
  insert into outbox (event_id, aggregate_id, partition, subject, message_type, payload, traceparent)
  select o.event_id, $4, $5::smallint, o.subject, o.message_type, o.payload, $6::text
  from settled, unnest($2::text[], $7::text[], $8::text[], $9::bytea[]) with ordinality
    as o(event_id, subject, message_type, payload, line)
  order by o.line
)
select count(*)::integer as settled from settled`;

/** {@link SETTLE}, and gives the lock of the connection back. */
export const SETTLE_AND_UNLOCK = SETTLE.replace(
  /from settled$/,
  `, pg_advisory_unlock(${LOCK_KEY}) as unlocked from settled`,
);

/** The values of {@link SETTLE} and {@link SETTLE_AND_UNLOCK}. */
export function settleValues(
  orderId: string,
  reports: readonly Report[],
  messages: readonly OutboxMessage[],
): readonly unknown[] {
  const [first] = messages;
  return [
    orderId,
    messages.map(({ eventId }) => eventId),
    reports.map(({ sequence }) => sequence),
    first?.aggregateId,
    first?.partition,
    first?.traceparent ?? null,
    messages.map(({ subject }) => subject),
    messages.map(({ messageType }) => messageType),
    messages.map(({ payload }) => Buffer.from(payload)),
  ];
}
