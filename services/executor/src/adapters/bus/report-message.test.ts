import { describe, expect, it } from 'vitest';
import { ExecType, ExecutionReport, FailureReason } from '@trimtab/contracts/execution';
import { instant } from '@trimtab/core';
import { subjects } from '@trimtab/messaging';
import { numberReports, reportId, type VenueReport } from '../../domain/execution-report.js';
import { FAILURE_REASONS } from '../../domain/failure-reason.js';
import { sellOrder } from '../../domain/order.fixture.js';
import { toReportMessage } from './report-message.js';

const order = sellOrder({ vaultId: 'vault.1', index: 7 });
const executed = { quantity: 3n, underlying: 300n, collateral: 0n, fee: 2n };
const fill: VenueReport = { execType: 'FILL', executed, venueReference: 'ref' };

function messagesOf(...reports: readonly VenueReport[]) {
  return numberReports(order, reports, instant(5_000)).map((report) => {
    const message = toReportMessage(report);
    return { ...message, report: ExecutionReport.decode(message.payload) };
  });
}

const execTypes = [
  'NEW',
  'PARTIAL_FILL',
  'FILL',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'TRADE_CORRECT',
  'TRADE_CANCEL',
] as const;

describe('toReportMessage', () => {
  it('carries every field, and the event id of (order, sequence)', () => {
    const [message] = messagesOf(fill);
    expect(message?.messageType).toBe('trimtab.execution.v1.ExecutionReport');
    expect(message?.report).toEqual({
      eventId: reportId(order.orderId, 1),
      orderId: order.orderId,
      rebalanceId: 'rebalance-1',
      vaultId: 'vault.1',
      index: 7,
      execType: ExecType.EXEC_TYPE_FILL,
      orderedAmount: '200000000',
      cumulativeQuantity: '3',
      cumulativeUnderlying: '300',
      cumulativeCollateral: '0',
      cumulativeFee: '2',
      lastQuantity: '3',
      lastUnderlying: '300',
      reportSequence: 1n,
      failureReason: FailureReason.FAILURE_REASON_UNSPECIFIED,
      venueReference: 'ref',
      occurTime: new Date(5_000),
    });
  });

  it('counts cumulatively, with the last numbers beside', () => {
    const part = { quantity: 1n, underlying: 100n, collateral: 0n, fee: 1n };
    const messages = messagesOf({ ...fill, execType: 'PARTIAL_FILL', executed: part }, fill);
    expect(messages.map(({ report }) => report.cumulativeQuantity)).toEqual(['1', '3']);
    expect(messages.map(({ report }) => report.lastQuantity)).toEqual(['1', '2']);
    expect(messages.map(({ report }) => report.lastUnderlying)).toEqual(['100', '200']);
    expect(messages.map(({ report }) => report.reportSequence)).toEqual([1n, 2n]);
  });

  it('sends failures to the failure subject and everything else to the result subject', () => {
    const subjectOf = (changes: Partial<VenueReport>) =>
      messagesOf({ ...fill, ...changes })[0]?.subject;
    const failureReason = 'VENUE_REJECTED';
    for (const execType of ['REJECTED', 'CANCELED', 'EXPIRED'] as const) {
      expect(subjectOf({ execType, failureReason })).toBe(subjects.failure('vault.1'));
    }
    for (const execType of ['NEW', 'PARTIAL_FILL', 'FILL'] as const) {
      expect(subjectOf({ execType })).toBe(subjects.result('vault.1'));
    }
  });

  it('knows every execution type of the contract', () => {
    const sent = execTypes.map((execType) => messagesOf({ ...fill, execType })[0]?.report.execType);
    expect(sent).toEqual(execTypes.map((execType) => ExecType[`EXEC_TYPE_${execType}`]));
    const known = Object.values(ExecType).filter((value) => typeof value === 'number' && value > 0);
    expect(new Set(sent)).toEqual(new Set(known));
  });

  it('knows every failure reason of the contract', () => {
    const sent = FAILURE_REASONS.map(
      (failureReason) =>
        messagesOf({ ...fill, execType: 'REJECTED', failureReason })[0]?.report.failureReason,
    );
    expect(sent).toEqual(
      FAILURE_REASONS.map((reason) => FailureReason[`FAILURE_REASON_${reason}`]),
    );
    const known = Object.values(FailureReason).filter((value) => value > 0);
    expect(new Set(sent)).toEqual(new Set(known));
  });
});
