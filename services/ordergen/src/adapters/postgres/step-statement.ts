import { partitionOf } from '@trimtab/canonical';
import type { LedgerTransaction } from '../../application/ports.js';
import type { RebalanceStep } from '../../application/rebalance-step.js';
import type { OutboxMessage } from '@trimtab/storage';
import { changesOf } from '../../domain/ledger-holdings.js';
import { foldToText } from './fold-json.js';
import { toDate } from './row-values.js';

/** The consumer whose inbox this is. */
export const INBOX_CONSUMER = 'ordergen';

/**
 * The hot path as one statement: the guard locks vault and rebalance (in this order, as everywhere)
 * and lets every effect through, or none. It lets through only what was decided on the present
 * version of the rebalance and on the present fence and hold of the vault. A known event id fails
 * on the key of the inbox, and with it everything else.
 *
 * Deposits during a run change the vault and not the rebalance: cash and positions are therefore
 * changed by differences, and ledger lines are numbered from what the update of the vault returns.
 */
export const STEP_STATEMENT = `
with guard as (
  select v.vault_id, v.ledger_sequence
  from vaults v join rebalances r on r.vault_id = v.vault_id
  where r.rebalance_id = $1 and r.version = $2 and v.vault_id = $3 and v.fence = $4
    and v.frozen = $5
  for update of v, r
),
inbox_row as (
  insert into inbox
    (consumer, event_id, aggregate_id, state, sequence, subject, payload, received_time)
  select '${INBOX_CONSUMER}', i.event_id, i.rebalance_id, i.state, i.index, i.subject,
    decode(i.payload, 'base64'), i.received_time
  from guard, jsonb_to_recordset($6::jsonb) as i(event_id text, rebalance_id text, state text,
    index bigint, subject text, payload text, received_time timestamptz)
),
used_row as (
  update inbox set state = 'APPLIED'
  where consumer = '${INBOX_CONSUMER}' and event_id = any($7::text[]) and exists (select from guard)
),
vault_row as (
  update vaults v
  set cash = v.cash + $8::numeric, version = v.version + $9::bigint,
    ledger_sequence = v.ledger_sequence + $10::bigint, frozen = v.frozen or $11::boolean,
    update_time = $12::timestamptz
  from guard
  where v.vault_id = guard.vault_id and ($9::bigint > 0 or $11::boolean)
  returning v.vault_id, v.ledger_sequence - $10::bigint as base
),
position_row as (
  insert into vault_positions (vault_id, asset_id, side, quantity, collateral)
  select guard.vault_id, p.asset_id, p.side, p.quantity, p.collateral
  from guard, jsonb_to_recordset($13::jsonb) as p(asset_id text, side text, quantity numeric,
    collateral numeric)
  on conflict (vault_id, asset_id, side) do update
  set quantity = vault_positions.quantity + excluded.quantity,
    collateral = vault_positions.collateral + excluded.collateral
),
ledger_row as (
  insert into ledger_entries (vault_id, sequence, transaction_id, kind, account, asset_id,
    position_asset_id, side, amount, rebalance_id, order_id, event_id, book_time)
  select b.vault_id, b.base + l.line, l.transaction_id, l.kind, l.account, l.asset_id,
    l.position_asset_id, l.side, l.amount, l.rebalance_id, l.order_id, l.event_id, $12::timestamptz
  from vault_row b, jsonb_to_recordset($14::jsonb) as l(line bigint, transaction_id text,
    kind text, account text, asset_id text, position_asset_id text, side text, amount numeric,
    rebalance_id text, order_id text, event_id text)
),
rebalance_row as (
  update rebalances r
  set version = r.version + 1, state = $15, state_reason = $16, running = $17, fold = $18,
    state_hash = $19, event_count = $20, waiting_count = $21, feed_count = $22,
    dispatch_time = case when $23::integer is distinct from r.dispatched_index
      then $12::timestamptz else r.dispatch_time end,
    dispatched_index = $23::integer, update_time = $12::timestamptz,
    end_time = case when $17 then null else coalesce(r.end_time, $12::timestamptz) end
  from guard where r.rebalance_id = $1
),
event_row as (
  insert into rebalance_events (rebalance_id, sequence, hash, document, trace_id, occur_time)
  select $1, e.sequence, e.hash, e.document, split_part($29::text, '-', 2), $12::timestamptz
  from guard, jsonb_to_recordset($24::jsonb) as e(sequence bigint, hash text, document text)
),
action_row as (
  update rebalance_actions a
  set state = coalesce(c.state, a.state), amount = coalesce(c.amount, a.amount),
    filled = coalesce(c.filled, a.filled), cash_moved = coalesce(c.cash_moved, a.cash_moved),
    booked_quantity = coalesce(c.booked_quantity, a.booked_quantity),
    booked_underlying = coalesce(c.booked_underlying, a.booked_underlying),
    booked_collateral = coalesce(c.booked_collateral, a.booked_collateral),
    booked_fee = coalesce(c.booked_fee, a.booked_fee),
    report_sequence = coalesce(c.report_sequence, a.report_sequence),
    order_id = coalesce(c.order_id, a.order_id), exec_type = coalesce(c.exec_type, a.exec_type),
    failure_reason = coalesce(c.failure_reason, a.failure_reason),
    dispatch_time = coalesce(c.dispatch_time, a.dispatch_time),
    settle_time = coalesce(c.settle_time, a.settle_time)
  from guard, jsonb_to_recordset($25::jsonb) as c(rebalance_id text, index integer, state text,
    amount numeric, filled numeric, cash_moved numeric, booked_quantity numeric,
    booked_underlying numeric, booked_collateral numeric, booked_fee numeric,
    report_sequence bigint, order_id text, exec_type text, failure_reason text,
    dispatch_time timestamptz, settle_time timestamptz)
  where a.rebalance_id = c.rebalance_id and a.index = c.index
),
pin_row as (
  insert into rebalance_pins (rebalance_id, index, amount)
  select $1, p.index, p.amount
  from guard, jsonb_to_recordset($26::jsonb) as p(index integer, amount numeric)
),
feed_row as (
  insert into rebalance_feed
    (rebalance_id, sequence, kind, data, state, state_hash, ledger_sequence, occur_time)
  select $1, f.sequence, f.kind, f.data, f.state, f.state_hash, guard.ledger_sequence + $10::bigint,
    $12::timestamptz
  from guard, jsonb_to_recordset($27::jsonb) as f(sequence bigint, kind text, data text, state text,
    state_hash text)
),
outbox_row as (
  insert into outbox
    (event_id, aggregate_id, partition, subject, message_type, payload, traceparent)
  select o.event_id, $1, $28::smallint, o.subject, o.message_type, decode(o.payload, 'base64'),
    $29::text
  from guard, jsonb_to_recordset($30::jsonb) as o(line integer, event_id text, subject text,
    message_type text, payload text)
  order by o.line
)
select count(*)::integer as applied from guard`;

/** The values of {@link STEP_STATEMENT}. */
export function stepValues(step: RebalanceStep): readonly unknown[] {
  const { head, expected, time } = step;
  const lines = step.ledger.flatMap(({ lines: own }) => own);
  const changes = changesOf(lines);
  const feedBase = step.feedCount - step.feed.length;
  return [
    step.rebalanceId,
    expected.version,
    step.vaultId,
    expected.fence,
    expected.frozen,
    JSON.stringify(step.inbox === undefined ? [] : [inboxJson(step.inbox)]),
    step.usedReports,
    changes.cash.toString(),
    step.ledger.length,
    lines.length,
    step.freeze,
    toDate(time),
    JSON.stringify(
      changes.positions.map(({ assetId, side, quantity, collateral }) => ({
        asset_id: assetId,
        side,
        quantity: quantity.toString(),
        collateral: collateral.toString(),
      })),
    ),
    JSON.stringify(ledgerJson(step.ledger)),
    head.state.state,
    step.stateReason,
    step.running,
    foldToText(head.state),
    head.hash,
    head.sequence,
    step.waitingCount,
    step.feedCount,
    step.open?.index ?? null,
    JSON.stringify(step.events),
    JSON.stringify(step.actions.map(actionJson)),
    JSON.stringify(step.pins.map(({ index, amount }) => ({ index, amount: amount.toString() }))),
    JSON.stringify(
      step.feed.map(({ kind, data, state, stateHash }, place) => ({
        sequence: feedBase + place + 1,
        kind,
        data,
        state,
        state_hash: stateHash,
      })),
    ),
    partitionOf(step.vaultId),
    step.traceparent ?? null,
    JSON.stringify(
      step.outbox.map(({ eventId, subject, messageType, payload }, line) => ({
        line,
        event_id: eventId,
        subject,
        message_type: messageType,
        payload: Buffer.from(payload).toString('base64'),
      })),
    ),
  ];
}

/** The messages of a step as its rows of the outbox are. */
export function outboxOf(step: RebalanceStep): readonly OutboxMessage[] {
  const partition = partitionOf(step.vaultId);
  return step.outbox.map(({ eventId, subject, messageType, payload }) => ({
    eventId,
    aggregateId: step.rebalanceId,
    partition,
    subject,
    messageType,
    payload,
    ...(step.traceparent !== undefined && { traceparent: step.traceparent }),
  }));
}

function inboxJson(entry: NonNullable<RebalanceStep['inbox']>): Readonly<Record<string, unknown>> {
  return {
    event_id: entry.eventId,
    rebalance_id: entry.rebalanceId,
    state: entry.state,
    index: entry.index,
    subject: entry.subject,
    payload: Buffer.from(entry.payload).toString('base64'),
    received_time: toDate(entry.receivedTime),
  };
}

/** The lines of all transactions, numbered from 1. */
export function ledgerJson(
  transactions: readonly LedgerTransaction[],
): readonly Readonly<Record<string, unknown>>[] {
  const all = transactions.flatMap((transaction) =>
    transaction.lines.map((line) => ({ transaction, line })),
  );
  return all.map(({ transaction, line }, place) => ({
    line: place + 1,
    transaction_id: transaction.transactionId,
    kind: line.kind,
    account: line.account,
    asset_id: line.assetId,
    position_asset_id: line.position?.assetId,
    side: line.position?.side,
    amount: line.amount.toString(),
    rebalance_id: transaction.rebalanceId,
    order_id: transaction.orderId,
    event_id: transaction.eventId,
  }));
}

function actionJson(change: RebalanceStep['actions'][number]): Readonly<Record<string, unknown>> {
  const { booked } = change;
  return {
    rebalance_id: change.rebalanceId,
    index: change.index,
    state: change.state,
    amount: change.amount?.toString(),
    filled: change.filled?.toString(),
    cash_moved: change.cashMoved?.toString(),
    booked_quantity: booked?.quantity.toString(),
    booked_underlying: booked?.underlying.toString(),
    booked_collateral: booked?.collateral.toString(),
    booked_fee: booked?.fee.toString(),
    report_sequence: change.reportSequence,
    order_id: change.orderId,
    exec_type: change.execType,
    failure_reason: change.reason,
    dispatch_time: change.dispatchTime === undefined ? undefined : toDate(change.dispatchTime),
    settle_time: change.settleTime === undefined ? undefined : toDate(change.settleTime),
  };
}
