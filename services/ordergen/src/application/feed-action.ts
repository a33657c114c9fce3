import { canonicalJson } from '@trimtab/canonical';
import { instant } from '@trimtab/core';
import type { ExecType, FailureReason } from '../domain/fold-input.js';
import type { ActionState } from '../domain/rebalance-state.js';
import type { ActionRecord } from './rebalance-record.js';

/**
 * An action as an entry of the feed keeps it: what it was at that entry, not what it has become. Amounts
 * are strings, times milliseconds.
 */
export type FeedAction = {
  readonly index: number;
  readonly state: ActionState;
  readonly amount?: string;
  readonly filled?: string;
  readonly cash_moved?: string;
  readonly quantity: string;
  readonly underlying: string;
  readonly collateral: string;
  readonly fee: string;
  readonly report_sequence: number;
  readonly order_id?: string;
  readonly exec_type?: ExecType;
  readonly failure_reason?: FailureReason;
  readonly pinned: boolean;
  readonly dispatch_time?: number;
  readonly settle_time?: number;
};

/** Writes an action as it is now. */
export function toFeedAction(record: ActionRecord): FeedAction {
  const { amount, filled, cashMoved, booked, orderId, execType, reason } = record;
  const { dispatchTime, settleTime } = record;
  return {
    index: record.index,
    state: record.state,
    ...(amount !== undefined && { amount: amount.toString() }),
    ...(filled !== undefined && { filled: filled.toString() }),
    ...(cashMoved !== undefined && { cash_moved: cashMoved.toString() }),
    quantity: booked.quantity.toString(),
    underlying: booked.underlying.toString(),
    collateral: booked.collateral.toString(),
    fee: booked.fee.toString(),
    report_sequence: record.reportSequence,
    ...(orderId !== undefined && { order_id: orderId }),
    ...(execType !== undefined && { exec_type: execType }),
    ...(reason !== undefined && { failure_reason: reason }),
    pinned: record.pinned ?? false,
    ...(dispatchTime !== undefined && { dispatch_time: dispatchTime }),
    ...(settleTime !== undefined && { settle_time: settleTime }),
  };
}

/** Reads an action as it was. */
export function fromFeedAction(stored: FeedAction): ActionRecord {
  const { amount, filled, cash_moved: cashMoved, order_id: orderId } = stored;
  const { exec_type: execType, failure_reason: reason } = stored;
  const { dispatch_time: dispatchTime, settle_time: settleTime } = stored;
  return {
    index: stored.index,
    state: stored.state,
    ...(amount !== undefined && { amount: BigInt(amount) }),
    ...(filled !== undefined && { filled: BigInt(filled) }),
    ...(cashMoved !== undefined && { cashMoved: BigInt(cashMoved) }),
    booked: {
      quantity: BigInt(stored.quantity),
      underlying: BigInt(stored.underlying),
      collateral: BigInt(stored.collateral),
      fee: BigInt(stored.fee),
    },
    reportSequence: stored.report_sequence,
    ...(orderId !== undefined && { orderId }),
    ...(execType !== undefined && { execType }),
    ...(reason !== undefined && { reason }),
    pinned: stored.pinned,
    ...(dispatchTime !== undefined && { dispatchTime: instant(dispatchTime) }),
    ...(settleTime !== undefined && { settleTime: instant(settleTime) }),
  };
}

/** The data of an entry that says an order was sent, for the `sendCount`-th time. */
export function dispatchData(record: ActionRecord, sendCount: number): string {
  return canonicalJson({ action: toFeedAction(record), send_count: sendCount });
}
