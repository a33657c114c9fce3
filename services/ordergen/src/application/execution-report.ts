import type { Instant } from '@trimtab/core';
import type { ExecType, FailureReason } from '../domain/fold-input.js';

/** What is executed of an order so far; authoritative, in base units. */
export interface Executed {
  readonly quantity: bigint;
  /** Received net of fees by a sell, spent with fees by a buy; below 0 only for a short. */
  readonly underlying: bigint;
  /** Added (above 0) or released (below 0). */
  readonly collateral: bigint;
  readonly fee: bigint;
}

/** Nothing executed. */
export const NOTHING_EXECUTED: Executed = { quantity: 0n, underlying: 0n, collateral: 0n, fee: 0n };

/** A report of an executor, read and checked. */
export interface ExecutionReport {
  readonly eventId: string;
  readonly orderId: string;
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly index: number;
  readonly execType: ExecType;
  /** The amount of the dispatch that it answers, in base units of the underlying. */
  readonly orderedAmount: bigint;
  readonly executed: Executed;
  readonly reason?: FailureReason;
  /** The number of the report for its order, from 1. */
  readonly sequence: number;
  readonly occurTime: Instant;
}

/** Whether any money or quantity moved. */
export function movedAnything(executed: Executed): boolean {
  const { quantity, underlying, collateral, fee } = executed;
  return quantity !== 0n || underlying !== 0n || collateral !== 0n || fee !== 0n;
}
