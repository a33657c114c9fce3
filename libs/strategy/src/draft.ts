/**
 * An intent as a caller wrote it, before any rule was checked: everything may be absent, and every
 * enumeration may hold a word that nobody knows.
 */
export interface IntentDraft {
  readonly type: string | undefined;
  readonly collateral:
    { readonly asset: string | undefined; readonly amount: string | undefined } | undefined;
  readonly ticker: string | undefined;
  readonly config: ConfigDraft | undefined;
  readonly constraints: ConstraintsDraft | undefined;
  readonly notifications: NotificationsDraft | undefined;
  /** Absent means the option index. */
  readonly allocation: AllocationDraft | undefined;
  /** Absent means none. */
  readonly triggers: TriggersDraft | undefined;
  /** The vault to run on; absent or empty has one made. */
  readonly vaultId?: string;
}

/** Strategy parameters, unchecked. */
export interface ConfigDraft {
  readonly strikeRatio: string | undefined;
  readonly maturityDays: number | undefined;
  readonly rebalanceThreshold: string | undefined;
  readonly autoRoll: boolean | undefined;
  readonly rollStrategy: string | undefined;
}

/** Risk limits, unchecked. */
export interface ConstraintsDraft {
  readonly maxAnnualDriftBps: number | undefined;
  readonly maxSlippagePerRollBps: number | undefined;
  readonly maxCapital: string | undefined;
  readonly stopLossDriftBps: number | undefined;
}

/** Notification preferences, unchecked. */
export interface NotificationsDraft {
  readonly onRoll: boolean | undefined;
  readonly onThresholdBreach: boolean | undefined;
  readonly onStopLoss: boolean | undefined;
  readonly channels: readonly string[];
}

/** How to invest, unchecked. */
export type AllocationDraft =
  /** Stated, but without saying how. */
  | { readonly kind: 'unset' }
  | { readonly kind: 'index' }
  | {
      readonly kind: 'targetWeights';
      readonly targets: readonly TargetDraft[];
      readonly policyId: string;
    }
  | {
      readonly kind: 'solver';
      readonly policyId: string;
      readonly allowedStrategies: readonly string[];
      /** Empty means none. */
      readonly managerId: string;
    };

/** A target weight, unchecked. */
export interface TargetDraft {
  readonly assetId: string;
  readonly side: string | undefined;
  readonly weightBps: number;
  /** Empty means absent. */
  readonly kappa: string;
  readonly investible: boolean;
}

/** Triggers, unchecked. */
export interface TriggersDraft {
  readonly schedule: { readonly cron: string; readonly timeZone: string } | undefined;
  readonly driftBand:
    | {
        readonly kind: string | undefined;
        readonly widthBps: number;
        readonly goal: string | undefined;
      }
    | undefined;
  readonly cooldownSeconds: number | undefined;
  readonly slippageBudget:
    { readonly budgetBps: number; readonly windowSeconds: number } | undefined;
}
