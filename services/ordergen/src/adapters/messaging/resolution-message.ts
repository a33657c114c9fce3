import { ExecutionReport as ReportMessage } from '@trimtab/contracts/execution';
import type { ExecutionReport } from '../../application/execution-report.js';
import { execTypes, failureReasons } from '../enum-words.js';

/** A report that an admin made of the venue's evidence, as watchers are shown it. */
export function encodeResolution(report: ExecutionReport, venueReference: string): Uint8Array {
  const { executed, reason } = report;
  return ReportMessage.encode({
    ...ReportMessage.decode(new Uint8Array()),
    eventId: report.eventId,
    orderId: report.orderId,
    rebalanceId: report.rebalanceId,
    vaultId: report.vaultId,
    index: report.index,
    execType: execTypes.toWire(report.execType),
    orderedAmount: report.orderedAmount.toString(),
    cumulativeQuantity: executed.quantity.toString(),
    cumulativeUnderlying: executed.underlying.toString(),
    cumulativeCollateral: executed.collateral.toString(),
    cumulativeFee: executed.fee.toString(),
    reportSequence: 0n,
    ...(reason !== undefined && { failureReason: failureReasons.toWire(reason) }),
    venueReference,
    occurTime: new Date(report.occurTime),
  }).finish();
}
