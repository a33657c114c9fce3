import {
  ExecType,
  ExecutionReport,
  FailureReason as FailureReasonProto,
} from '@trimtab/contracts/execution';
import { subjects } from '@trimtab/messaging';
import { isFinal, type Report, type VenueReport } from '../../domain/execution-report.js';
import type { FailureReason } from '../../domain/failure-reason.js';
import type { ReportMessage } from '../postgres/order-store.js';

const EXEC_TYPES: Readonly<Record<VenueReport['execType'], ExecType>> = {
  NEW: ExecType.EXEC_TYPE_NEW,
  PARTIAL_FILL: ExecType.EXEC_TYPE_PARTIAL_FILL,
  FILL: ExecType.EXEC_TYPE_FILL,
  CANCELED: ExecType.EXEC_TYPE_CANCELED,
  REJECTED: ExecType.EXEC_TYPE_REJECTED,
  EXPIRED: ExecType.EXEC_TYPE_EXPIRED,
  TRADE_CORRECT: ExecType.EXEC_TYPE_TRADE_CORRECT,
  TRADE_CANCEL: ExecType.EXEC_TYPE_TRADE_CANCEL,
};

const FAILURE_REASON_PROTOS: Readonly<Record<FailureReason, FailureReasonProto>> = {
  VENUE_REJECTED: FailureReasonProto.FAILURE_REASON_VENUE_REJECTED,
  SLIPPAGE_EXCEEDED: FailureReasonProto.FAILURE_REASON_SLIPPAGE_EXCEEDED,
  PRICE_STALE: FailureReasonProto.FAILURE_REASON_PRICE_STALE,
  INSUFFICIENT_LIQUIDITY: FailureReasonProto.FAILURE_REASON_INSUFFICIENT_LIQUIDITY,
  INSUFFICIENT_BALANCE: FailureReasonProto.FAILURE_REASON_INSUFFICIENT_BALANCE,
  ASSET_LOCKED: FailureReasonProto.FAILURE_REASON_ASSET_LOCKED,
  PLAN_HASH_MISMATCH: FailureReasonProto.FAILURE_REASON_PLAN_HASH_MISMATCH,
  BUNDLE_HASH_MISMATCH: FailureReasonProto.FAILURE_REASON_BUNDLE_HASH_MISMATCH,
  ORDER_EXPIRED: FailureReasonProto.FAILURE_REASON_ORDER_EXPIRED,
  VENUE_UNAVAILABLE: FailureReasonProto.FAILURE_REASON_VENUE_UNAVAILABLE,
  VENUE_TIMEOUT: FailureReasonProto.FAILURE_REASON_VENUE_TIMEOUT,
  BELOW_LOT: FailureReasonProto.FAILURE_REASON_BELOW_LOT,
};

/** Writes a report for the wire; a failure goes to the failure subject, everything else to the result subject. */
export function toReportMessage(report: Report): ReportMessage {
  const { order, executed, last } = report;
  const payload = ExecutionReport.encode({
    eventId: report.eventId,
    orderId: order.orderId,
    rebalanceId: order.rebalanceId,
    vaultId: order.vaultId,
    index: order.index,
    execType: EXEC_TYPES[report.execType],
    orderedAmount: order.amount.toString(),
    cumulativeQuantity: executed.quantity.toString(),
    cumulativeUnderlying: executed.underlying.toString(),
    cumulativeCollateral: executed.collateral.toString(),
    cumulativeFee: executed.fee.toString(),
    lastQuantity: last.quantity.toString(),
    lastUnderlying: last.underlying.toString(),
    reportSequence: BigInt(report.sequence),
    failureReason:
      report.failureReason === undefined
        ? FailureReasonProto.FAILURE_REASON_UNSPECIFIED
        : FAILURE_REASON_PROTOS[report.failureReason],
    venueReference: report.venueReference,
    occurTime: new Date(report.occurTime),
  }).finish();
  const failed = isFinal(report) && report.failureReason !== undefined;
  return {
    subject: failed ? subjects.failure(order.vaultId) : subjects.result(order.vaultId),
    messageType: 'trimtab.execution.v1.ExecutionReport',
    payload,
  };
}
