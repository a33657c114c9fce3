/** What moves a rebalance from one state to the next: the inputs of the fold, all of them recorded. */

/** The final outcomes of an order. */
export type FinalExecType = 'FILL' | 'CANCELED' | 'REJECTED' | 'EXPIRED';

/** Everything an execution report can say happened (FIX semantics). */
export type ExecType = FinalExecType | 'NEW' | 'PARTIAL_FILL' | 'TRADE_CORRECT' | 'TRADE_CANCEL';

/** Why an order failed. A closed set. */
export type FailureReason =
  | 'VENUE_REJECTED'
  | 'SLIPPAGE_EXCEEDED'
  | 'PRICE_STALE'
  | 'INSUFFICIENT_LIQUIDITY'
  | 'INSUFFICIENT_BALANCE'
  | 'ASSET_LOCKED'
  | 'PLAN_HASH_MISMATCH'
  | 'BUNDLE_HASH_MISMATCH'
  | 'ORDER_EXPIRED'
  | 'VENUE_UNAVAILABLE'
  | 'VENUE_TIMEOUT'
  | 'BELOW_LOT';

/** What a result says beside money; the fold does not depend on these, the chain covers them. */
export interface ReportedFill {
  /** Base units of the asset that were executed in all. */
  readonly cumulativeQuantity?: bigint;
  /** Collateral that a short moved, in base units of the underlying; absent for a long. */
  readonly collateralMoved?: bigint;
  /** Fees in base units of the underlying, already inside `cashMoved`. */
  readonly fee?: bigint;
}

/** The final result of one action. */
export interface ActionResult extends ReportedFill {
  readonly index: number;
  /** What was executed of the amount, at the reference price, in base units of the underlying. */
  readonly filled: bigint;
  /** Underlying that really moved: received by a sell net of fees, spent by a buy with fees. */
  readonly cashMoved: bigint;
  readonly execType: FinalExecType;
  /** Set when the order did not fill. */
  readonly reason?: FailureReason;
}

/** Money that moved beyond what the fold settled: a bust, a changed fill, an overfill. */
export interface Correction extends ReportedFill {
  /** The settled action it belongs to; absent when that action is of another rebalance. */
  readonly index?: number;
  /** What the cash changes by: a loss is negative. */
  readonly cash: bigint;
  readonly execType?: ExecType;
  readonly reason?: FailureReason;
}

/** One input of the fold. */
export type FoldInput =
  | { readonly kind: 'APPROVE' }
  | { readonly kind: 'RESULT'; readonly result: ActionResult }
  | { readonly kind: 'CORRECTION'; readonly correction: Correction }
  | { readonly kind: 'CANCEL'; readonly reason?: string }
  | { readonly kind: 'EXPIRE' }
  | {
      readonly kind: 'FAULT';
      readonly reason: string;
      /** The action whose result was the cause. */
      readonly index?: number;
    };

/** What an event of the chain can be. */
export type EventKind = FoldInput['kind'];
