import type { ExecutionReport as ReportMessage, OrderDispatch } from '@trimtab/contracts/execution';
import { DomainFailure, domainError, instant } from '@trimtab/core';
import { parseInteger, safeNumber } from '@trimtab/decimal';
import {
  decodeExecutionReport,
  encodeOrderDispatch,
  encodeRebalanceEvent,
  MESSAGE_TYPES,
  subjects,
} from '@trimtab/messaging';
import type { ExecutionReport } from '../../application/execution-report.js';
import type { DispatchOrder, Messages } from '../../application/outgoing.js';
import { directions, execTypes, failureReasons, sides } from '../enum-words.js';

/** What leaves through the outbox. */
export const messages: Messages = {
  dispatch: (order) => ({
    subject: subjects.dispatch(order.vaultId),
    ...encodeOrderDispatch({
      orderId: order.orderId,
      rebalanceId: order.rebalanceId,
      vaultId: order.vaultId,
      h0: order.h0,
      index: order.index,
      planHash: order.planHash,
      txBundleHash: order.txBundleHash,
      snapshotHash: order.snapshotHash,
      assetId: order.assetId,
      side: sides.toWire(order.side),
      direction: directions.toWire(order.direction),
      amount: order.amount.toString(),
      exactIn: exactIn(order),
      minimumOut: order.minimumOut.toString(),
      collateralDelta: order.collateralDelta.toString(),
      referencePriceDecimal: order.referencePrice,
      slippageLimitBps: order.slippageLimitBps,
      expireTime: new Date(order.expireTime),
      releasesCash: order.releasesCash,
    }),
  }),
  rebalanceEvent: (event) => ({
    subject: subjects.event('rebalance', event.rebalanceId),
    ...encodeRebalanceEvent({
      eventId: event.eventId,
      rebalanceId: event.rebalanceId,
      vaultId: event.vaultId,
      state: event.state,
      sequence: BigInt(event.sequence),
      stateHash: event.stateHash,
      occurTime: new Date(event.occurTime),
    }),
  }),
};

function exactIn({ quantityIn, underlyingIn }: DispatchOrder): OrderDispatch['exactIn'] {
  if (quantityIn !== undefined) return { $case: 'quantityIn', value: quantityIn.toString() };
  if (underlyingIn === undefined) return undefined;
  return { $case: 'underlyingIn', value: underlyingIn.toString() };
}

/** Reads a report. @throws DomainFailure MESSAGE_MALFORMED naming the field */
export function readReport(payload: Uint8Array, messageType: string): ExecutionReport {
  const message = decodeExecutionReport({ payload, messageType });
  const execType = execTypes.words[message.execType] ?? malformed('exec_type is not known');
  const reason = failureReasons.words[message.failureReason];
  return {
    eventId: required('event_id', message.eventId),
    orderId: required('order_id', message.orderId),
    rebalanceId: required('rebalance_id', message.rebalanceId),
    vaultId: required('vault_id', message.vaultId),
    index: message.index,
    execType,
    orderedAmount: amount('ordered_amount', message.orderedAmount, 0n),
    executed: {
      quantity: amount('cumulative_quantity', message.cumulativeQuantity, 0n),
      underlying: amount('cumulative_underlying', message.cumulativeUnderlying, undefined),
      collateral: amount('cumulative_collateral', message.cumulativeCollateral, undefined),
      fee: amount('cumulative_fee', message.cumulativeFee, 0n),
    },
    ...(reason !== undefined && { reason }),
    sequence: sequenceOf(message),
    occurTime: instant(message.occurTime?.getTime() ?? 0),
  };
}

/** Reads a report from the inbox. */
export function readStoredReport(payload: Uint8Array): ExecutionReport {
  return readReport(payload, MESSAGE_TYPES.executionReport);
}

function required(field: string, text: string): string {
  return text === '' ? malformed(`${field} is absent`) : text;
}

/**
 * Columns hold 128 digits. A report has at most 120, so that no sum of reports is beyond them: what the
 * database refuses would be tried for ever.
 */
const MAX_DIGITS = 120;

/** An absent number is 0. */
function amount(field: string, text: string, least: bigint | undefined): bigint {
  if (text === '') return 0n;
  const parsed = parseInteger(text);
  if (!parsed.ok) return malformed(`${field} ${parsed.error}`);
  if (text.length > MAX_DIGITS) {
    return malformed(`${field} was ${text.length} characters long, at most ${MAX_DIGITS}`);
  }
  if (least !== undefined && parsed.value < least) return malformed(`${field} is below ${least}`);
  return parsed.value;
}

function sequenceOf({ reportSequence }: ReportMessage): number {
  if (reportSequence < 1n || reportSequence > BigInt(Number.MAX_SAFE_INTEGER)) {
    return malformed(`report_sequence was ${reportSequence}, must be from 1`);
  }
  return safeNumber(reportSequence);
}

function malformed(message: string): never {
  throw new DomainFailure(domainError('INVALID_ARGUMENT', 'MESSAGE_MALFORMED', message));
}
