import {
  ActivationStep,
  IntentType,
  NotificationChannel,
  RollStrategy,
  RunTrigger,
  StrategyIntent_State as State,
} from '@trimtab/contracts/intent';
import { DriftBandGoal, DriftBandKind, Side } from '@trimtab/contracts/portfolio';

/** The words of an enumeration in the JSON of the routes, and their numbers on the wire. */
export interface Words<V extends number> {
  readonly words: readonly string[];
  /** @throws RangeError for a word that the schema should have refused */
  toWire(word: string): V;
  /** @throws RangeError for a value that this version does not know */
  fromWire(value: number): string;
}

function wordsOf<V extends number>(known: Readonly<Record<string, V>>): Words<V> {
  const numbers = new Map(Object.entries(known));
  return {
    words: [...numbers.keys()],
    toWire: (word) => {
      const value = numbers.get(word);
      if (value === undefined) throw new RangeError(`"${word}" is no known word`);
      return value;
    },
    fromWire: (value) => {
      for (const [word, number] of numbers) if (number === value) return word;
      throw new RangeError(`${value} is no known value`);
    },
  };
}

/** Kinds of strategies. */
export const typeWords = wordsOf<IntentType>({
  treasury: IntentType.INTENT_TYPE_TREASURY,
  hedge: IntentType.INTENT_TYPE_HEDGE,
  leverage: IntentType.INTENT_TYPE_LEVERAGE,
  yield: IntentType.INTENT_TYPE_YIELD,
  custom: IntentType.INTENT_TYPE_CUSTOM,
});

/** Where an intent is. */
export const statusWords = wordsOf<State>({
  active: State.STATE_ACTIVE,
  paused: State.STATE_PAUSED,
  completed: State.STATE_COMPLETED,
  cancelled: State.STATE_CANCELLED,
  error: State.STATE_ERROR,
});

/** Ways to roll. */
export const rollWords = wordsOf<RollStrategy>({
  standard: RollStrategy.ROLL_STRATEGY_STANDARD,
  shortDated: RollStrategy.ROLL_STRATEGY_SHORT_DATED,
  manual: RollStrategy.ROLL_STRATEGY_MANUAL,
});

/** Ways to reach an owner. */
export const channelWords = wordsOf<NotificationChannel>({
  email: NotificationChannel.NOTIFICATION_CHANNEL_EMAIL,
  push: NotificationChannel.NOTIFICATION_CHANNEL_PUSH,
  inapp: NotificationChannel.NOTIFICATION_CHANNEL_INAPP,
  webhook: NotificationChannel.NOTIFICATION_CHANNEL_WEBHOOK,
});

/** How far the activation is. */
export const stepWords = wordsOf<ActivationStep>({
  none: ActivationStep.ACTIVATION_STEP_UNSPECIFIED,
  validated: ActivationStep.ACTIVATION_STEP_VALIDATED,
  derived: ActivationStep.ACTIVATION_STEP_DERIVED,
  agentsSelected: ActivationStep.ACTIVATION_STEP_AGENTS_SELECTED,
  vaultAllocated: ActivationStep.ACTIVATION_STEP_VAULT_ALLOCATED,
  loopStarted: ActivationStep.ACTIVATION_STEP_LOOP_STARTED,
  activated: ActivationStep.ACTIVATION_STEP_ACTIVATED,
});

/** What the engine buys a series for, and what it notified of one. */
export const triggerWords = wordsOf<RunTrigger>({
  opening: RunTrigger.RUN_TRIGGER_OPENING,
  price: RunTrigger.RUN_TRIGGER_PRICE,
  maturity: RunTrigger.RUN_TRIGGER_MATURITY,
});

/** Sides of a position. */
export const sideWords = wordsOf<Side>({ long: Side.SIDE_LONG, short: Side.SIDE_SHORT });

/** Measures of a drift band. */
export const bandKindWords = wordsOf<DriftBandKind>({
  absolute: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
  relative: DriftBandKind.DRIFT_BAND_KIND_RELATIVE,
});

/** Goals of a drift band. */
export const bandGoalWords = wordsOf<DriftBandGoal>({
  centre: DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
  edge: DriftBandGoal.DRIFT_BAND_GOAL_EDGE,
});
