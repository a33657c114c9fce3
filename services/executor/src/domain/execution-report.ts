import { contentHash, TAGS } from '@trimtab/canonical';
import type { Instant } from '@trimtab/core';
import type { FailureReason } from './failure-reason.js';
import type { Order } from './order.js';

/** What has been executed of an order so far, in base units; all cumulative. */
export interface Executed {
  /** At least 0. */
  readonly quantity: bigint;
  /**
   * Underlying that moved: received net of fees by what releases cash, spent with fees by what needs
   * it. Net of exposure and collateral for a short, and only there below 0.
   */
  readonly underlying: bigint;
  /** Collateral of a short: added (above 0) or released (below 0). */
  readonly collateral: bigint;
  /** At least 0. */
  readonly fee: bigint;
}

/** Nothing executed. */
export const NOTHING: Executed = { quantity: 0n, underlying: 0n, collateral: 0n, fee: 0n };

/** What a venue says about an order, in the words of the FIX execution report. */
export interface VenueReport {
  readonly execType:
    | 'NEW'
    | 'PARTIAL_FILL'
    | 'FILL'
    | 'CANCELED'
    | 'REJECTED'
    | 'EXPIRED'
    | 'TRADE_CORRECT'
    | 'TRADE_CANCEL';
  readonly executed: Executed;
  readonly failureReason?: FailureReason;
  readonly venueReference: string;
}

/** A report as it is sent: the venue's words, numbered and named. */
export interface Report extends VenueReport {
  /** Content hash of (orderId, reportSequence): the same report has the same id for ever. */
  readonly eventId: string;
  readonly order: Order;
  /** From 1, for its order. */
  readonly sequence: number;
  /** What this report adds to the one before; a check, the cumulative numbers count. */
  readonly last: Executed;
  readonly occurTime: Instant;
}

/** Numbers the venue's reports of an order from 1. */
export function numberReports(
  order: Order,
  reports: readonly VenueReport[],
  occurTime: Instant,
): readonly Report[] {
  return reports.map((report, position) => {
    const sequence = position + 1;
    const before = reports[position - 1]?.executed ?? NOTHING;
    return {
      ...report,
      order,
      sequence,
      eventId: reportId(order.orderId, sequence),
      last: {
        quantity: report.executed.quantity - before.quantity,
        underlying: report.executed.underlying - before.underlying,
        collateral: report.executed.collateral - before.collateral,
        fee: report.executed.fee - before.fee,
      },
      occurTime,
    };
  });
}

/** The event id of a report (hashed documents, report id). */
export function reportId(orderId: string, reportSequence: number): string {
  return contentHash(TAGS.reportId, { orderId, reportSequence });
}

/** Whether nothing can follow for the order but a correction. */
export function isFinal(report: VenueReport): boolean {
  return report.execType !== 'NEW' && report.execType !== 'PARTIAL_FILL';
}

/** A final report of an order of which nothing was executed. */
export function rejection(failureReason: FailureReason, venueReference: string): VenueReport {
  const execType = failureReason === 'ORDER_EXPIRED' ? 'EXPIRED' : 'REJECTED';
  return { execType, executed: NOTHING, failureReason, venueReference };
}
