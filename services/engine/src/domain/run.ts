import type { Instant } from '@trimtab/core';
import type { Series } from '@trimtab/option-index';

/** What started a run that the engine asks for. */
export type RunTrigger = 'SCHEDULE' | 'DRIFT' | 'PRICE' | 'MATURITY' | 'OPENING' | 'COLLATERAL';

/** A run of the rebalance pipeline, as it stands. */
export interface RunView {
  readonly runId: string;
  /** SETTLEMENT is the end of the intent. */
  readonly trigger: RunTrigger | 'MANUAL' | 'SETTLEMENT';
  readonly purpose: 'REBALANCE' | 'ROLL' | 'SETTLE';
  readonly outcome: 'RUNNING' | 'REBALANCE' | 'NO_OP' | 'REFUSED';
  /** For NO_OP and REFUSED; empty else. */
  readonly reason: string;
  readonly message: string;
  /** Absent unless REBALANCE. */
  readonly rebalanceId: string | undefined;
  /** The plan; absent before it is made, and for settlements. */
  readonly planHash: string | undefined;
  /** The option series that it buys, if any. */
  readonly series: Series | undefined;
  readonly createTime: Instant;
}

/** A rebalance, as far as the engine needs to know it. */
export interface RebalanceView {
  readonly rebalanceId: string;
  readonly state:
    | 'PLANNED'
    | 'AWAITING_APPROVAL'
    | 'EXECUTING'
    | 'COMPLETED'
    | 'COMPLETED_ADJUSTED'
    | 'CANCELLING'
    | 'CANCELLED'
    | 'EXPIRING'
    | 'EXPIRED'
    | 'ABORTED'
    | 'FAULTED';
  readonly stateReason: string;
  /** Net asset value at its start, in base units of the underlying. */
  readonly nav: bigint;
  /** What it cost at the snapshot's prices so far, in base units of the underlying; below 0 for a gain. */
  readonly cost: bigint;
  /** Whether anything was traded. */
  readonly traded: boolean;
  /** Actions that wait for a result longer than the limit allows, by index. */
  readonly stuckIndexes: readonly number[];
  readonly createTime: Instant;
  /** Absent while it runs. */
  readonly endTime: Instant | undefined;
}
