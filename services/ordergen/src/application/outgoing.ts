import type { Instant } from '@trimtab/core';
import type { PlanCopy, SnapshotCopy } from './documents.js';
import type { Caller } from './ports.js';

/** What leaves OrderGen: calls to other services, and messages. */

/** The oracle. */
export interface OracleSource {
  /**
   * A snapshot by its hash, verified against it. A copy in memory will do if it was taken at
   * `takenSince` or later; without it the oracle is always asked.
   *
   * @throws DomainFailure SNAPSHOT_NOT_FOUND, SNAPSHOT_HASH_MISMATCH
   */
  getSnapshot(
    snapshotHash: string,
    call: OutgoingCall,
    takenSince?: Instant,
  ): Promise<SnapshotCopy>;
  /** Freezes the price of one asset now. @throws DomainFailure ASSET_NOT_FOUND, ASSET_NOT_HEALTHY */
  takeSnapshot(assetId: string, call: OutgoingCall): Promise<SnapshotCopy>;
}

/** The solver. */
export interface SolverSource {
  /** A plan by its hash, every hash recomputed, once while it is in memory. @throws DomainFailure PLAN_NOT_FOUND, PLAN_HASH_MISMATCH, BUNDLE_HASH_MISMATCH */
  getPlan(planHash: string, call: OutgoingCall): Promise<PlanCopy>;
}

/** For whom, and how long, another service is called. */
export interface OutgoingCall {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly deadline: Date | undefined;
}

/** The messages that leave through the outbox. */
export interface Messages {
  dispatch(order: DispatchOrder): OutgoingPayload;
  rebalanceEvent(event: RebalanceHint): OutgoingPayload;
}

/** An encoded message and where it goes. */
export interface OutgoingPayload {
  readonly subject: string;
  readonly messageType: string;
  readonly payload: Uint8Array;
}

/** A hint on the events stream. */
export interface RebalanceHint {
  readonly eventId: string;
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly state: string;
  readonly sequence: number;
  readonly stateHash: string;
  readonly occurTime: Instant;
}

/** One action as it is sent. */
export interface DispatchOrder {
  readonly orderId: string;
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly h0: string;
  readonly index: number;
  readonly planHash: string;
  readonly txBundleHash: string;
  readonly snapshotHash: string;
  readonly assetId: string;
  readonly side: 'LONG' | 'SHORT';
  readonly direction: 'INCREASE' | 'DECREASE' | 'NONE';
  /** Whether the action is of the sell leg. */
  readonly releasesCash: boolean;
  readonly amount: bigint;
  /** Absent, as `underlyingIn` is, when only collateral moves. */
  readonly quantityIn?: bigint;
  readonly underlyingIn?: bigint;
  readonly minimumOut: bigint;
  readonly collateralDelta: bigint;
  /** A canonical decimal. */
  readonly referencePrice: string;
  readonly slippageLimitBps: number;
  readonly expireTime: Instant;
}
