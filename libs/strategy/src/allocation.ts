/**
 * How an intent's vault is invested and what starts a rebalance (intent rules, fields `allocation`
 * and `triggers`).
 */
export type Allocation =
  | { readonly kind: 'index' }
  | {
      readonly kind: 'targetWeights';
      readonly targets: readonly Target[];
      /** Absent: no reserve, caps of 10 000. */
      readonly policyId: string | undefined;
    }
  | {
      readonly kind: 'solver';
      readonly policyId: string;
      readonly allowedStrategies: readonly string[];
      /** Absent: no manager's limits apply. */
      readonly managerId: string | undefined;
    };

/** A weight that the owner wants a position to have. */
export interface Target {
  /** An asset or a ticker that the alias table knows. */
  readonly assetId: string;
  readonly side: Side;
  /** 0 to 10 000. */
  readonly weightBps: number;
  /** Collateral per exposure, a canonical decimal above 1; absent for a long. */
  readonly kappa: string | undefined;
  /** False: its weight spreads over the others. */
  readonly investible: boolean;
}

/** The sides of a position. */
export const SIDES = ['LONG', 'SHORT'] as const;
/** Owned or owed. */
export type Side = (typeof SIDES)[number];

/** What starts a rebalance without the owner; every part is optional. */
export interface Triggers {
  readonly schedule: Schedule | undefined;
  readonly driftBand: DriftBand | undefined;
  /** Least time between two rebalances, in seconds, at least 0; absent: none. */
  readonly cooldownSeconds: number | undefined;
  readonly slippageBudget: SlippageBudget | undefined;
}

/** No trigger: the owner rebalances by hand. */
export const NO_TRIGGERS: Triggers = {
  schedule: undefined,
  driftBand: undefined,
  cooldownSeconds: undefined,
  slippageBudget: undefined,
};

/** A cron expression of five fields in a time zone. */
export interface Schedule {
  readonly cron: string;
  /** An IANA name such as `Europe/Zurich`. */
  readonly timeZone: string;
}

/** What the width of a drift band is measured in. */
export const DRIFT_BAND_KINDS = ['ABSOLUTE', 'RELATIVE'] as const;
/** Bps of NAV, or bps of the target weight. */
export type DriftBandKind = (typeof DRIFT_BAND_KINDS)[number];
/** Where a position outside its band is brought to. */
export const DRIFT_BAND_GOALS = ['CENTRE', 'EDGE'] as const;
/** The target weight, or the nearest edge of the band. */
export type DriftBandGoal = (typeof DRIFT_BAND_GOALS)[number];

/** How far a position may drift before it is traded. */
export interface DriftBand {
  readonly kind: DriftBandKind;
  /** 0 to 10 000. */
  readonly widthBps: number;
  readonly goal: DriftBandGoal;
}

/** Cumulative slippage that the rebalances of one window may cost. */
export interface SlippageBudget {
  /** 0 to 10 000. */
  readonly budgetBps: number;
  /** At least 1. */
  readonly windowSeconds: number;
}
