import { ExecType, ExposureDirection, FailureReason } from '@trimtab/contracts/execution';
import {
  Action_State,
  Rebalance_State,
  PositionExplanation_Verdict,
} from '@trimtab/contracts/ordergen';
import { NetMode, RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import {
  CollateralAction,
  LedgerEntry_Account,
  LedgerEntry_Kind,
  StrategicAction,
  VaultHold,
  VaultMode,
} from '@trimtab/contracts/vault';
import type {
  CollateralAction as CollateralWord,
  StrategicAction as StrategicWord,
} from '../domain/allowed-actions.js';
import type { Verdict } from '../domain/explain-position.js';
import type { ExecType as ExecWord, FailureReason as FailureWord } from '../domain/fold-input.js';
import type { LedgerAccount, LedgerKind } from '../domain/ledger.js';
import type { Side as SideWord } from '../domain/position.js';
import type { ActionState, RebalanceLifecycle } from '../domain/rebalance-state.js';
import type {
  RebalancePurpose as PurposeWord,
  VaultHold as HoldWord,
  VaultMode as ModeWord,
} from '../domain/vault.js';

/** Both directions between the words of the rules and the numbers on the wire; total by type. */
export interface EnumWords<Word extends string, Value extends number> {
  toWire(word: Word): Value;
  /** By number, without the unspecified one. */
  readonly words: Readonly<Partial<Record<number, Word>>>;
}

function enumWords<Word extends string, Value extends number>(
  values: Readonly<Record<Word, Value>>,
): EnumWords<Word, Value> {
  const entries = Object.entries<Value>(values);
  return {
    toWire: (word) => values[word],
    // The keys of the record are its words.
    words: Object.fromEntries(entries.map(([word, value]) => [value, word as Word])),
  };
}

export const sides = enumWords<SideWord, Side>({ LONG: Side.SIDE_LONG, SHORT: Side.SIDE_SHORT });

export const purposes = enumWords<PurposeWord, RebalancePurpose>({
  REBALANCE: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
  ROLL: RebalancePurpose.REBALANCE_PURPOSE_ROLL,
  SETTLE: RebalancePurpose.REBALANCE_PURPOSE_SETTLE,
});

export const netModes = enumWords<'STANDARD' | 'CONSERVATIVE', NetMode>({
  STANDARD: NetMode.NET_MODE_STANDARD,
  CONSERVATIVE: NetMode.NET_MODE_CONSERVATIVE,
});

export const vaultModes = enumWords<ModeWord, VaultMode>({
  OPEN: VaultMode.VAULT_MODE_OPEN,
  PAUSED: VaultMode.VAULT_MODE_PAUSED,
  CLOSING: VaultMode.VAULT_MODE_CLOSING,
  CLOSED: VaultMode.VAULT_MODE_CLOSED,
});

export const vaultHolds = enumWords<HoldWord, VaultHold>({
  DEFICIT: VaultHold.VAULT_HOLD_DEFICIT,
  FROZEN: VaultHold.VAULT_HOLD_FROZEN,
});

export const strategicActions = enumWords<StrategicWord, StrategicAction>({
  ENTER: StrategicAction.STRATEGIC_ACTION_ENTER,
  EXIT: StrategicAction.STRATEGIC_ACTION_EXIT,
  INCREASE: StrategicAction.STRATEGIC_ACTION_INCREASE,
  REDUCE: StrategicAction.STRATEGIC_ACTION_REDUCE,
});

export const collateralActions = enumWords<CollateralWord, CollateralAction>({
  ADD: CollateralAction.COLLATERAL_ACTION_ADD,
  RELEASE: CollateralAction.COLLATERAL_ACTION_RELEASE,
});

export const ledgerKinds = enumWords<LedgerKind, LedgerEntry_Kind>({
  DEPOSIT: LedgerEntry_Kind.KIND_DEPOSIT,
  WITHDRAWAL: LedgerEntry_Kind.KIND_WITHDRAWAL,
  FILL: LedgerEntry_Kind.KIND_FILL,
  FEE: LedgerEntry_Kind.KIND_FEE,
  CORRECTION: LedgerEntry_Kind.KIND_CORRECTION,
  SPLIT: LedgerEntry_Kind.KIND_SPLIT,
  MERGE: LedgerEntry_Kind.KIND_MERGE,
  SETTLE: LedgerEntry_Kind.KIND_SETTLE,
});

export const ledgerAccounts = enumWords<LedgerAccount, LedgerEntry_Account>({
  CASH: LedgerEntry_Account.ACCOUNT_CASH,
  POSITION: LedgerEntry_Account.ACCOUNT_POSITION,
  COLLATERAL: LedgerEntry_Account.ACCOUNT_COLLATERAL,
  OWNER: LedgerEntry_Account.ACCOUNT_OWNER,
  VENUE: LedgerEntry_Account.ACCOUNT_VENUE,
  FEES: LedgerEntry_Account.ACCOUNT_FEES,
  SERIES: LedgerEntry_Account.ACCOUNT_SERIES,
});

export const rebalanceStates = enumWords<RebalanceLifecycle, Rebalance_State>({
  PLANNED: Rebalance_State.STATE_PLANNED,
  AWAITING_APPROVAL: Rebalance_State.STATE_AWAITING_APPROVAL,
  EXECUTING: Rebalance_State.STATE_EXECUTING,
  COMPLETED: Rebalance_State.STATE_COMPLETED,
  COMPLETED_ADJUSTED: Rebalance_State.STATE_COMPLETED_ADJUSTED,
  CANCELLING: Rebalance_State.STATE_CANCELLING,
  CANCELLED: Rebalance_State.STATE_CANCELLED,
  EXPIRING: Rebalance_State.STATE_EXPIRING,
  EXPIRED: Rebalance_State.STATE_EXPIRED,
  ABORTED: Rebalance_State.STATE_ABORTED,
  FAULTED: Rebalance_State.STATE_FAULTED,
});

export const actionStates = enumWords<ActionState, Action_State>({
  PENDING: Action_State.STATE_PENDING,
  DISPATCHED: Action_State.STATE_DISPATCHED,
  PARTIALLY_FILLED: Action_State.STATE_PARTIALLY_FILLED,
  FILLED: Action_State.STATE_FILLED,
  FAILED: Action_State.STATE_FAILED,
  LOCKED: Action_State.STATE_LOCKED,
  SKIPPED: Action_State.STATE_SKIPPED,
});

export const execTypes = enumWords<ExecWord, ExecType>({
  NEW: ExecType.EXEC_TYPE_NEW,
  PARTIAL_FILL: ExecType.EXEC_TYPE_PARTIAL_FILL,
  FILL: ExecType.EXEC_TYPE_FILL,
  CANCELED: ExecType.EXEC_TYPE_CANCELED,
  REJECTED: ExecType.EXEC_TYPE_REJECTED,
  EXPIRED: ExecType.EXEC_TYPE_EXPIRED,
  TRADE_CORRECT: ExecType.EXEC_TYPE_TRADE_CORRECT,
  TRADE_CANCEL: ExecType.EXEC_TYPE_TRADE_CANCEL,
});

export const failureReasons = enumWords<FailureWord, FailureReason>({
  VENUE_REJECTED: FailureReason.FAILURE_REASON_VENUE_REJECTED,
  SLIPPAGE_EXCEEDED: FailureReason.FAILURE_REASON_SLIPPAGE_EXCEEDED,
  PRICE_STALE: FailureReason.FAILURE_REASON_PRICE_STALE,
  INSUFFICIENT_LIQUIDITY: FailureReason.FAILURE_REASON_INSUFFICIENT_LIQUIDITY,
  INSUFFICIENT_BALANCE: FailureReason.FAILURE_REASON_INSUFFICIENT_BALANCE,
  ASSET_LOCKED: FailureReason.FAILURE_REASON_ASSET_LOCKED,
  PLAN_HASH_MISMATCH: FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH,
  BUNDLE_HASH_MISMATCH: FailureReason.FAILURE_REASON_BUNDLE_HASH_MISMATCH,
  ORDER_EXPIRED: FailureReason.FAILURE_REASON_ORDER_EXPIRED,
  VENUE_UNAVAILABLE: FailureReason.FAILURE_REASON_VENUE_UNAVAILABLE,
  VENUE_TIMEOUT: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
  BELOW_LOT: FailureReason.FAILURE_REASON_BELOW_LOT,
});

export const directions = enumWords<'INCREASE' | 'DECREASE' | 'NONE', ExposureDirection>({
  INCREASE: ExposureDirection.EXPOSURE_DIRECTION_INCREASE,
  DECREASE: ExposureDirection.EXPOSURE_DIRECTION_DECREASE,
  NONE: ExposureDirection.EXPOSURE_DIRECTION_NONE,
});

export const verdicts = enumWords<Verdict, PositionExplanation_Verdict>({
  TRADED: PositionExplanation_Verdict.VERDICT_TRADED,
  ADJUSTED: PositionExplanation_Verdict.VERDICT_ADJUSTED,
  BELOW_TOLERANCE: PositionExplanation_Verdict.VERDICT_BELOW_TOLERANCE,
  INSIDE_BAND: PositionExplanation_Verdict.VERDICT_INSIDE_BAND,
  LOCKED: PositionExplanation_Verdict.VERDICT_LOCKED,
  NOT_INVESTIBLE: PositionExplanation_Verdict.VERDICT_NOT_INVESTIBLE,
  NO_ROOM: PositionExplanation_Verdict.VERDICT_NO_ROOM,
  ON_TARGET: PositionExplanation_Verdict.VERDICT_ON_TARGET,
  PENDING: PositionExplanation_Verdict.VERDICT_PENDING,
  NOT_REACHED: PositionExplanation_Verdict.VERDICT_NOT_REACHED,
});
