import {
  AgentKind as WireAgent,
  IntentType,
  Notification_Kind,
  NotificationChannel,
  RollStrategy,
  RunOutcome,
  RunTrigger,
  StrategyIntent_State as IntentState,
} from '@trimtab/contracts/intent';
import { Price_State } from '@trimtab/contracts/oracle';
import { Rebalance_State } from '@trimtab/contracts/ordergen';
import { DriftBandGoal, DriftBandKind, RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { LedgerEntry_Account, LedgerEntry_Kind, VaultMode } from '@trimtab/contracts/vault';
import { invariant } from '@trimtab/core';
import type * as strategy from '@trimtab/strategy';
import type { PriceView } from '../../application/ports.js';
import type { IntentView } from '../../domain/intent-view.js';
import type { RebalanceView, RunView } from '../../domain/run.js';
import type { LedgerLine, VaultView } from '../../domain/vault.js';
import type { AgentKind, Notice } from '../../domain/work.js';

/** The words of an enumeration and their numbers on the wire. */
export interface Words<W extends string, V extends number = number> {
  /** The number of a word. */
  readonly toWire: Readonly<Record<W, V>>;
  /** The word of a number; a number that nobody knows is a defect of who sent it. */
  fromWire(value: number): W;
}

function words<W extends string, V extends number = number>(
  name: string,
  toWire: Readonly<Record<W, V>>,
): Words<W, V> {
  // The keys of a record are exactly its words.
  const known = Object.keys(toWire) as W[];
  return {
    toWire,
    fromWire: (value) => {
      const word = known.find((one) => toWire[one] === value);
      invariant(word !== undefined, `a service answers known words, ${name} was ${value}`);
      return word;
    },
  };
}

/** Kinds of strategies. */
export const typeWords = words<strategy.StrategyType>('an intent type', {
  treasury: IntentType.INTENT_TYPE_TREASURY,
  hedge: IntentType.INTENT_TYPE_HEDGE,
  leverage: IntentType.INTENT_TYPE_LEVERAGE,
  yield: IntentType.INTENT_TYPE_YIELD,
  custom: IntentType.INTENT_TYPE_CUSTOM,
});

/** States of an intent. */
export const intentStateWords = words<IntentView['state']>('the state of an intent', {
  ACTIVE: IntentState.STATE_ACTIVE,
  PAUSED: IntentState.STATE_PAUSED,
  COMPLETED: IntentState.STATE_COMPLETED,
  CANCELLED: IntentState.STATE_CANCELLED,
  ERROR: IntentState.STATE_ERROR,
});

/** Ways to roll. */
export const rollWords = words<strategy.RollStrategy>('a way to roll', {
  standard: RollStrategy.ROLL_STRATEGY_STANDARD,
  shortDated: RollStrategy.ROLL_STRATEGY_SHORT_DATED,
  manual: RollStrategy.ROLL_STRATEGY_MANUAL,
});

/** Ways to reach an owner. */
export const channelWords = words<strategy.Channel>('a channel', {
  email: NotificationChannel.NOTIFICATION_CHANNEL_EMAIL,
  push: NotificationChannel.NOTIFICATION_CHANNEL_PUSH,
  inapp: NotificationChannel.NOTIFICATION_CHANNEL_INAPP,
  webhook: NotificationChannel.NOTIFICATION_CHANNEL_WEBHOOK,
});

/** Sides of a position. */
export const sideWords = words<strategy.Side>('a side', {
  LONG: Side.SIDE_LONG,
  SHORT: Side.SIDE_SHORT,
});

/** Measures of a drift band. */
export const bandKindWords = words<strategy.DriftBandKind>('the measure of a band', {
  ABSOLUTE: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
  RELATIVE: DriftBandKind.DRIFT_BAND_KIND_RELATIVE,
});

/** Goals of a drift band. */
export const bandGoalWords = words<strategy.DriftBandGoal>('the goal of a band', {
  CENTRE: DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
  EDGE: DriftBandGoal.DRIFT_BAND_GOAL_EDGE,
});

/** The agents. */
export const agentWords = words<AgentKind, WireAgent>('an agent', {
  ORACLE: WireAgent.AGENT_KIND_ORACLE,
  POOL: WireAgent.AGENT_KIND_POOL,
  REBALANCE: WireAgent.AGENT_KIND_REBALANCE,
  SETTLEMENT: WireAgent.AGENT_KIND_SETTLEMENT,
  POSITION_MONITOR: WireAgent.AGENT_KIND_POSITION_MONITOR,
  MARKET_MAKER: WireAgent.AGENT_KIND_MARKET_MAKER,
  SWAP_TAKER: WireAgent.AGENT_KIND_SWAP_TAKER,
});

/** What starts runs. */
export const triggerWords = words<RunView['trigger'], RunTrigger>('the trigger of a run', {
  MANUAL: RunTrigger.RUN_TRIGGER_MANUAL,
  SCHEDULE: RunTrigger.RUN_TRIGGER_SCHEDULE,
  DRIFT: RunTrigger.RUN_TRIGGER_DRIFT,
  PRICE: RunTrigger.RUN_TRIGGER_PRICE,
  MATURITY: RunTrigger.RUN_TRIGGER_MATURITY,
  SETTLEMENT: RunTrigger.RUN_TRIGGER_SETTLEMENT,
  OPENING: RunTrigger.RUN_TRIGGER_OPENING,
  COLLATERAL: RunTrigger.RUN_TRIGGER_COLLATERAL,
});

/** What a run is for. */
export const purposeWords = words<RunView['purpose']>('the purpose of a run', {
  REBALANCE: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
  ROLL: RebalancePurpose.REBALANCE_PURPOSE_ROLL,
  SETTLE: RebalancePurpose.REBALANCE_PURPOSE_SETTLE,
});

/** What came of a run; one that has not ended is unspecified on the wire. */
export const outcomeWords = words<RunView['outcome']>('the outcome of a run', {
  RUNNING: RunOutcome.RUN_OUTCOME_UNSPECIFIED,
  REBALANCE: RunOutcome.RUN_OUTCOME_REBALANCE,
  NO_OP: RunOutcome.RUN_OUTCOME_NO_OP,
  REFUSED: RunOutcome.RUN_OUTCOME_REFUSED,
});

/** What an owner is told of. */
export const noticeWords = words<Notice['kind'], Notification_Kind>('a notice', {
  ROLL: Notification_Kind.KIND_ROLL,
  THRESHOLD_BREACH: Notification_Kind.KIND_THRESHOLD_BREACH,
  STOP_LOSS: Notification_Kind.KIND_STOP_LOSS,
});

/** The health of a price. */
export const priceStateWords = words<PriceView['state']>('the state of a price', {
  HEALTHY: Price_State.STATE_HEALTHY,
  STALE: Price_State.STATE_STALE,
  NO_QUORUM: Price_State.STATE_NO_QUORUM,
  HALTED: Price_State.STATE_HALTED,
});

/** What a vault takes. */
export const modeWords = words<VaultView['mode']>('the mode of a vault', {
  OPEN: VaultMode.VAULT_MODE_OPEN,
  PAUSED: VaultMode.VAULT_MODE_PAUSED,
  CLOSING: VaultMode.VAULT_MODE_CLOSING,
  CLOSED: VaultMode.VAULT_MODE_CLOSED,
});

/** Why lines of a ledger were booked. */
export const lineKindWords = words<LedgerLine['kind']>('the kind of a line', {
  DEPOSIT: LedgerEntry_Kind.KIND_DEPOSIT,
  WITHDRAWAL: LedgerEntry_Kind.KIND_WITHDRAWAL,
  FILL: LedgerEntry_Kind.KIND_FILL,
  FEE: LedgerEntry_Kind.KIND_FEE,
  CORRECTION: LedgerEntry_Kind.KIND_CORRECTION,
  SPLIT: LedgerEntry_Kind.KIND_SPLIT,
  MERGE: LedgerEntry_Kind.KIND_MERGE,
  SETTLE: LedgerEntry_Kind.KIND_SETTLE,
});

/** Accounts of a ledger. */
export const accountWords = words<LedgerLine['account']>('an account', {
  CASH: LedgerEntry_Account.ACCOUNT_CASH,
  POSITION: LedgerEntry_Account.ACCOUNT_POSITION,
  COLLATERAL: LedgerEntry_Account.ACCOUNT_COLLATERAL,
  OWNER: LedgerEntry_Account.ACCOUNT_OWNER,
  VENUE: LedgerEntry_Account.ACCOUNT_VENUE,
  FEES: LedgerEntry_Account.ACCOUNT_FEES,
  SERIES: LedgerEntry_Account.ACCOUNT_SERIES,
});

/** States of a rebalance. */
export const rebalanceStateWords = words<RebalanceView['state']>('the state of a rebalance', {
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
