import type { Instant } from '@trimtab/core';
import type { ActionGroup } from '../domain/action.js';
import type { ChainHead } from '../domain/event-chain.js';
import type { ExecType, FailureReason } from '../domain/fold-input.js';
import type { ExposureDirection, ShortLegs } from '../domain/short-terms.js';
import type { Side } from '../domain/position.js';
import type { PriceBook } from '../domain/price-book.js';
import type { RebalanceProgram } from '../domain/program.js';
import type { RebalanceDocument } from '../domain/rebalance-document.js';
import type { ActionState } from '../domain/rebalance-state.js';
import type { RebalancePurpose, VaultMode } from '../domain/vault.js';
import type { PlanCopy, SnapshotCopy } from './documents.js';
import type { Executed } from './execution-report.js';

/** An action as execution needs it. */
export interface ActionFacts {
  readonly index: number;
  readonly assetId: string;
  readonly side: Side;
  readonly group: ActionGroup;
  /** What of the asset the vault held when the rebalance was generated. */
  readonly held: bigint;
  /** The way in which the exposure moves. */
  readonly direction: ExposureDirection;
  /** Of a short: its legs as they were generated. */
  readonly short?: ShortLegs;
}

/** What never changes about a rebalance. */
export interface RebalanceFacts {
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly fence: number;
  readonly purpose: RebalancePurpose;
  readonly h0: string;
  readonly document: RebalanceDocument;
  readonly program: RebalanceProgram;
  readonly actions: readonly ActionFacts[];
  readonly prices: PriceBook;
  /** The underlying. */
  readonly denomination: string;
  /** ε of the net amount, in base units of the underlying. */
  readonly netTolerance: bigint;
  /** Empty without a plan. */
  readonly planHash: string;
  /** Empty without a plan. */
  readonly txBundleHash: string;
  /** Empty without a plan. */
  readonly targetWeightsHash: string;
  readonly expireTime: Instant;
  readonly requestedBy: string;
  /** Until when it waits for an approval; absent when nobody has to approve it. */
  readonly approvalExpireTime?: Instant;
  readonly traceId: string;
  readonly traceparent?: string;
  readonly createTime: Instant;
}

/** The action that is out and whose final report is awaited. */
export interface OpenAction {
  readonly index: number;
  readonly orderId: string;
  /** What was dispatched, in base units of the underlying. */
  readonly amount: bigint;
  /** What its reports have moved in the ledger so far. */
  readonly booked: Executed;
  /** The highest report sequence so far; 0 before the first. */
  readonly reportSequence: number;
  /** When it was first dispatched. */
  readonly dispatchTime: Instant;
}

/** The part of a vault that a dispatch depends on. */
export interface VaultGate {
  readonly mode: VaultMode;
  readonly frozen: boolean;
  readonly fence: number;
}

/** A rebalance with everything that its next step needs; small, whatever the number of actions so far. */
export interface RunningRebalance {
  readonly facts: RebalanceFacts;
  /** Rises with every step. */
  readonly version: number;
  readonly head: ChainHead;
  readonly stateReason: string;
  readonly open?: OpenAction;
  /** Reports that wait in the inbox for their turn. */
  readonly waitingCount: number;
  /** What watchers have seen so far. */
  readonly feedCount: number;
  readonly vault: VaultGate;
}

/** An action with what became of it. */
export interface ActionRecord {
  readonly index: number;
  readonly state: ActionState;
  /** What was dispatched; absent before. */
  readonly amount?: bigint;
  readonly filled?: bigint;
  readonly cashMoved?: bigint;
  readonly booked: Executed;
  readonly reportSequence: number;
  readonly orderId?: string;
  readonly execType?: ExecType;
  readonly reason?: FailureReason;
  readonly dispatchTime?: Instant;
  readonly settleTime?: Instant;
  /** Whether it has waited for its final report for longer than is normal. */
  readonly stuck?: boolean;
  /** Whether it is pinned at its cap; absent where nobody looked. */
  readonly pinned?: boolean;
}

/** A rebalance for a reader. */
export interface RebalanceView {
  readonly facts: RebalanceFacts;
  readonly head: ChainHead;
  readonly stateReason: string;
  readonly owner: string;
  /** Absent when nobody approved it. */
  readonly approvedBy?: string;
  /** May see it beside the owner. */
  readonly members: readonly string[];
  /** By index; empty in a list. */
  readonly actions: readonly ActionRecord[];
  /** Canonical JSON of the events that hold a recalibration, in order; empty in a list. */
  readonly recalibrationEvents: readonly string[];
  readonly pinned: readonly number[];
  readonly updateTime: Instant;
  readonly endTime?: Instant;
}

/** A rebalance at its creation, before its first step. */
export interface NewRebalance {
  readonly facts: RebalanceFacts;
  readonly head: ChainHead;
  readonly snapshot: SnapshotCopy;
  readonly plan?: PlanCopy;
}
