import type { ConfigDraft, ConstraintsDraft } from '@trimtab/strategy';
import { exactText, type DecimalInput } from './exact-text.js';

/** Strategy parameters as callers write them; decimals as numbers or texts. */
export interface StrategyConfig {
  readonly strikeRatio: DecimalInput;
  readonly maturityDays: number;
  readonly rebalanceThreshold: DecimalInput;
  readonly autoRoll: boolean;
  readonly rollStrategy: string;
}

/** Risk limits as callers write them; `maxCapital` in whole USDC. */
export interface StrategyConstraints {
  readonly maxAnnualDriftBps: number;
  readonly maxSlippagePerRollBps: number;
  readonly maxCapital: DecimalInput;
  readonly stopLossDriftBps: number;
}

/** Notification preferences as callers write them. */
export interface StrategyNotifications {
  readonly onRoll: boolean;
  readonly onThresholdBreach: boolean;
  readonly onStopLoss: boolean;
  readonly channels: readonly string[];
}

/** The parameters with exact decimals, still unchecked. */
export function configDraft(config: StrategyConfig): ConfigDraft {
  return {
    ...config,
    strikeRatio: exactText(config.strikeRatio),
    rebalanceThreshold: exactText(config.rebalanceThreshold),
  };
}

/** The limits with exact decimals, still unchecked. */
export function constraintsDraft(constraints: StrategyConstraints): ConstraintsDraft {
  return { ...constraints, maxCapital: exactText(constraints.maxCapital) };
}
