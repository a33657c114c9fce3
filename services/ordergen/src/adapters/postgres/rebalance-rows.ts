import { present } from '@trimtab/core';
import type { SnapshotContent } from '../../application/documents.js';
import type { Executed } from '../../application/execution-report.js';
import { factsOf } from '../../application/rebalance-facts.js';
import type {
  ActionRecord,
  OpenAction,
  RebalanceFacts,
  RunningRebalance,
} from '../../application/rebalance-record.js';
import type { ExecType, FailureReason } from '../../domain/fold-input.js';
import type { RebalanceDocument } from '../../domain/rebalance-document.js';
import type { ActionState } from '../../domain/rebalance-state.js';
import { foldFromText } from './fold-json.js';
import { oneOf, toCount, toInstant } from './row-values.js';
import { toMode } from './vault-rows.js';

/** A rebalance with its snapshot and the gate of its vault. */
export interface RebalanceRow {
  readonly rebalance_id: string;
  readonly version: string;
  readonly state_reason: string;
  readonly fence: string;
  readonly tx_bundle_hash: string;
  readonly target_weights_hash: string;
  readonly h0: string;
  readonly document: string;
  readonly fold: string;
  readonly state_hash: string;
  readonly event_count: string;
  readonly waiting_count: string;
  readonly feed_count: string;
  readonly dispatched_index: number | null;
  readonly requested_by: string;
  readonly approval_expire_time: Date | null;
  readonly approved_by: string | null;
  readonly trace_id: string;
  readonly traceparent: string | null;
  readonly create_time: Date;
  readonly update_time: Date;
  readonly end_time: Date | null;
  readonly snapshot: Buffer;
  readonly denomination_decimals: number;
  readonly vault_mode: string;
  readonly vault_frozen: boolean;
  readonly vault_fence: string;
  readonly vault_owner: string;
  readonly vault_members: readonly string[];
}

/** The columns of {@link RebalanceRow}. */
export const REBALANCE_QUERY = `
  select r.*, s.document as snapshot, v.denomination_decimals, v.mode as vault_mode,
    v.frozen as vault_frozen, v.fence as vault_fence, v.owner as vault_owner,
    v.managers || v.approvers as vault_members
  from rebalances r
  join vaults v on v.vault_id = r.vault_id
  join snapshot_copies s on s.snapshot_hash = r.snapshot_hash`;

/** Reads the facts of a rebalance. */
export function toFacts(
  row: RebalanceRow,
  readSnapshot: (bytes: Uint8Array) => SnapshotContent,
): RebalanceFacts {
  return factsOf({
    rebalanceId: row.rebalance_id,
    fence: toCount(row.fence),
    h0: row.h0,
    document: JSON.parse(row.document) as RebalanceDocument,
    snapshot: readSnapshot(row.snapshot),
    denominationDecimals: row.denomination_decimals,
    txBundleHash: row.tx_bundle_hash,
    targetWeightsHash: row.target_weights_hash,
    requestedBy: row.requested_by,
    ...(row.approval_expire_time !== null && {
      approvalExpireTime: toInstant(row.approval_expire_time),
    }),
    traceId: row.trace_id,
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    createTime: toInstant(row.create_time),
  });
}

/** Reads a rebalance with what its next step needs. */
export function toRunning(
  row: RebalanceRow,
  facts: RebalanceFacts,
  openRow: ActionRow | undefined,
): RunningRebalance {
  return {
    facts,
    version: toCount(row.version),
    head: headOf(row),
    stateReason: row.state_reason,
    ...(openRow !== undefined && { open: toOpen(openRow) }),
    waitingCount: toCount(row.waiting_count),
    feedCount: toCount(row.feed_count),
    vault: {
      mode: toMode(row.vault_mode),
      frozen: row.vault_frozen,
      fence: toCount(row.vault_fence),
    },
  };
}

/** Reads where a rebalance stands. */
export function headOf(row: RebalanceRow): RunningRebalance['head'] {
  return {
    sequence: toCount(row.event_count),
    hash: row.state_hash,
    state: foldFromText(row.fold),
  };
}

/** An action with what became of it. */
export interface ActionRow {
  readonly index: number;
  readonly state: string;
  readonly amount: string | null;
  readonly filled: string | null;
  readonly cash_moved: string | null;
  readonly booked_quantity: string;
  readonly booked_underlying: string;
  readonly booked_collateral: string;
  readonly booked_fee: string;
  readonly report_sequence: string;
  readonly order_id: string | null;
  readonly exec_type: string | null;
  readonly failure_reason: string | null;
  readonly dispatch_time: Date | null;
  readonly settle_time: Date | null;
  readonly stuck_time: Date | null;
  readonly pinned?: boolean;
}

const LAST_WORDS: readonly (string | null)[] = ['FILL', 'CANCELED', 'REJECTED', 'EXPIRED'];

/** Whether the last word on an order is known: of a run that faulted, it can be the one that faulted it. */
function isAnswered({ exec_type: type }: ActionRow): boolean {
  return LAST_WORDS.includes(type);
}

/** Reads an action. */
export function toActionRecord(row: ActionRow): ActionRecord {
  return {
    index: row.index,
    state: oneOf(ACTION_STATES, row.state),
    ...(row.amount !== null && { amount: BigInt(row.amount) }),
    ...(row.filled !== null && { filled: BigInt(row.filled) }),
    ...(row.cash_moved !== null && { cashMoved: BigInt(row.cash_moved) }),
    booked: bookedOf(row),
    reportSequence: toCount(row.report_sequence),
    ...(row.order_id !== null && { orderId: row.order_id }),
    ...(row.exec_type !== null && { execType: oneOf(EXEC_TYPES, row.exec_type) }),
    ...(row.failure_reason !== null && { reason: oneOf(FAILURE_REASONS, row.failure_reason) }),
    ...(row.dispatch_time !== null && { dispatchTime: toInstant(row.dispatch_time) }),
    ...(row.settle_time !== null && { settleTime: toInstant(row.settle_time) }),
    ...(row.stuck_time !== null && { stuck: row.settle_time === null && !isAnswered(row) }),
    ...(row.pinned !== undefined && { pinned: row.pinned }),
  };
}

function toOpen(row: ActionRow): OpenAction {
  return {
    index: row.index,
    orderId: present(row.order_id ?? undefined, 'a dispatched action has an order id'),
    amount: BigInt(present(row.amount ?? undefined, 'a dispatched action has an amount')),
    booked: bookedOf(row),
    reportSequence: toCount(row.report_sequence),
    dispatchTime: toInstant(
      present(row.dispatch_time ?? undefined, 'a dispatched action has a dispatch time'),
    ),
  };
}

function bookedOf(row: ActionRow): Executed {
  return {
    quantity: BigInt(row.booked_quantity),
    underlying: BigInt(row.booked_underlying),
    collateral: BigInt(row.booked_collateral),
    fee: BigInt(row.booked_fee),
  };
}

const ACTION_STATES: readonly ActionState[] = [
  'PENDING',
  'DISPATCHED',
  'PARTIALLY_FILLED',
  'FILLED',
  'FAILED',
  'LOCKED',
  'SKIPPED',
];

const EXEC_TYPES: readonly ExecType[] = [
  'NEW',
  'PARTIAL_FILL',
  'FILL',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'TRADE_CORRECT',
  'TRADE_CANCEL',
];

const FAILURE_REASONS: readonly FailureReason[] = [
  'VENUE_REJECTED',
  'SLIPPAGE_EXCEEDED',
  'PRICE_STALE',
  'INSUFFICIENT_LIQUIDITY',
  'INSUFFICIENT_BALANCE',
  'ASSET_LOCKED',
  'PLAN_HASH_MISMATCH',
  'BUNDLE_HASH_MISMATCH',
  'ORDER_EXPIRED',
  'VENUE_UNAVAILABLE',
  'VENUE_TIMEOUT',
  'BELOW_LOT',
];
