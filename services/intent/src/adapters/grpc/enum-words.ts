import {
  ActivationStep,
  AgentKind,
  AgentNeed,
  IntentType,
  NotificationChannel,
  RollStrategy,
  RunOutcome,
  RunStep,
  RunTrigger,
  StrategyIntent_State as State,
} from '@trimtab/contracts/intent';
import { DriftBandGoal, DriftBandKind, RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import type * as strategy from '@trimtab/strategy';
import type * as intent from '../../domain/intent.js';
import type * as run from '../../domain/run.js';

/** The words of an enumeration and their numbers on the wire. */
export interface Words<W extends string, V extends number> {
  /** The number of a word. */
  readonly toWire: Readonly<Record<W, V>>;
  /** The word of a known number. */
  fromWire(value: number): W | undefined;
  /**
   * The word of a number for a draft: absent for the unspecified value, and the number itself as text
   * for one that nobody knows, so that a violation can say what was found.
   */
  draft(value: number | undefined): string | undefined;
}

function words<W extends string, V extends number>(toWire: Readonly<Record<W, V>>): Words<W, V> {
  // The keys of a record are exactly its words.
  const known = Object.keys(toWire) as W[];
  const fromWire = (value: number): W | undefined => known.find((word) => toWire[word] === value);
  return {
    toWire,
    fromWire,
    draft: (value) =>
      value === undefined || value === 0 ? undefined : (fromWire(value) ?? String(value)),
  };
}

/** Kinds of strategies. */
export const typeWords = words<strategy.StrategyType, IntentType>({
  treasury: IntentType.INTENT_TYPE_TREASURY,
  hedge: IntentType.INTENT_TYPE_HEDGE,
  leverage: IntentType.INTENT_TYPE_LEVERAGE,
  yield: IntentType.INTENT_TYPE_YIELD,
  custom: IntentType.INTENT_TYPE_CUSTOM,
});

/** States of an intent. */
export const stateWords = words<intent.IntentState, State>({
  ACTIVE: State.STATE_ACTIVE,
  PAUSED: State.STATE_PAUSED,
  COMPLETED: State.STATE_COMPLETED,
  CANCELLED: State.STATE_CANCELLED,
  ERROR: State.STATE_ERROR,
});

/** Ways to roll. */
export const rollWords = words<strategy.RollStrategy, RollStrategy>({
  standard: RollStrategy.ROLL_STRATEGY_STANDARD,
  shortDated: RollStrategy.ROLL_STRATEGY_SHORT_DATED,
  manual: RollStrategy.ROLL_STRATEGY_MANUAL,
});

/** Ways to reach an owner. */
export const channelWords = words<strategy.Channel, NotificationChannel>({
  email: NotificationChannel.NOTIFICATION_CHANNEL_EMAIL,
  push: NotificationChannel.NOTIFICATION_CHANNEL_PUSH,
  inapp: NotificationChannel.NOTIFICATION_CHANNEL_INAPP,
  webhook: NotificationChannel.NOTIFICATION_CHANNEL_WEBHOOK,
});

/** Steps of the activation. */
export const stepWords = words<intent.ActivationStep, ActivationStep>({
  VALIDATED: ActivationStep.ACTIVATION_STEP_VALIDATED,
  DERIVED: ActivationStep.ACTIVATION_STEP_DERIVED,
  AGENTS_SELECTED: ActivationStep.ACTIVATION_STEP_AGENTS_SELECTED,
  VAULT_ALLOCATED: ActivationStep.ACTIVATION_STEP_VAULT_ALLOCATED,
  LOOP_STARTED: ActivationStep.ACTIVATION_STEP_LOOP_STARTED,
  ACTIVATED: ActivationStep.ACTIVATION_STEP_ACTIVATED,
});

/** Sides of a position. */
export const sideWords = words<strategy.Side, Side>({
  LONG: Side.SIDE_LONG,
  SHORT: Side.SIDE_SHORT,
});

/** Measures of a drift band. */
export const bandKindWords = words<strategy.DriftBandKind, DriftBandKind>({
  ABSOLUTE: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
  RELATIVE: DriftBandKind.DRIFT_BAND_KIND_RELATIVE,
});

/** Goals of a drift band. */
export const bandGoalWords = words<strategy.DriftBandGoal, DriftBandGoal>({
  CENTRE: DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
  EDGE: DriftBandGoal.DRIFT_BAND_GOAL_EDGE,
});

/** What started a run. */
export const triggerWords = words<run.RunTrigger, RunTrigger>({
  MANUAL: RunTrigger.RUN_TRIGGER_MANUAL,
  SCHEDULE: RunTrigger.RUN_TRIGGER_SCHEDULE,
  DRIFT: RunTrigger.RUN_TRIGGER_DRIFT,
  PRICE: RunTrigger.RUN_TRIGGER_PRICE,
  MATURITY: RunTrigger.RUN_TRIGGER_MATURITY,
  SETTLEMENT: RunTrigger.RUN_TRIGGER_SETTLEMENT,
  OPENING: RunTrigger.RUN_TRIGGER_OPENING,
  COLLATERAL: RunTrigger.RUN_TRIGGER_COLLATERAL,
});

/** How far a run is. */
export const runStepWords = words<run.RunStep, RunStep>({
  STARTED: RunStep.RUN_STEP_STARTED,
  SNAPSHOT_TAKEN: RunStep.RUN_STEP_SNAPSHOT_TAKEN,
  PLAN_BUILT: RunStep.RUN_STEP_PLAN_BUILT,
  REBALANCE_CREATED: RunStep.RUN_STEP_REBALANCE_CREATED,
  ENDED: RunStep.RUN_STEP_ENDED,
});

/** The agents. */
export const agentKindWords = words<strategy.AgentKind, AgentKind>({
  ORACLE: AgentKind.AGENT_KIND_ORACLE,
  POOL: AgentKind.AGENT_KIND_POOL,
  REBALANCE: AgentKind.AGENT_KIND_REBALANCE,
  SETTLEMENT: AgentKind.AGENT_KIND_SETTLEMENT,
  POSITION_MONITOR: AgentKind.AGENT_KIND_POSITION_MONITOR,
  MARKET_MAKER: AgentKind.AGENT_KIND_MARKET_MAKER,
  SWAP_TAKER: AgentKind.AGENT_KIND_SWAP_TAKER,
});

/** How much an intent needs an agent. */
export const agentNeedWords = words<strategy.AgentNeed, AgentNeed>({
  REQUIRED: AgentNeed.AGENT_NEED_REQUIRED,
  STRONGLY_RECOMMENDED: AgentNeed.AGENT_NEED_STRONGLY_RECOMMENDED,
  OPTIONAL: AgentNeed.AGENT_NEED_OPTIONAL,
  NONE: AgentNeed.AGENT_NEED_NONE,
});

/** What a run is for. */
export const purposeWords = words<run.RunPurpose, RebalancePurpose>({
  REBALANCE: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
  ROLL: RebalancePurpose.REBALANCE_PURPOSE_ROLL,
  SETTLE: RebalancePurpose.REBALANCE_PURPOSE_SETTLE,
});

/** How a run ended; a run that has not is unspecified on the wire. */
export const outcomeWords = words<run.RunOutcome['kind'], RunOutcome>({
  RUNNING: RunOutcome.RUN_OUTCOME_UNSPECIFIED,
  REBALANCE: RunOutcome.RUN_OUTCOME_REBALANCE,
  NO_OP: RunOutcome.RUN_OUTCOME_NO_OP,
  REFUSED: RunOutcome.RUN_OUTCOME_REFUSED,
});
