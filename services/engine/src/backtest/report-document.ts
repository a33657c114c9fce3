/**
 * The report of a backtest as a document: texts and whole numbers only, so that its canonical JSON is
 * the same on every machine. Amounts end in the asset they are in; an empty text says that there is none.
 */
export interface BacktestReport {
  readonly kind: 'trimtab/backtest/v1';
  readonly intent: {
    readonly type: string;
    readonly collateral: { readonly asset: string; readonly amount: string };
    readonly ticker: string;
    readonly config: Readonly<Record<string, string | number | boolean>>;
    readonly constraints: Readonly<Record<string, string | number>>;
    readonly notifications: Readonly<Record<string, boolean | readonly string[]>>;
  };
  /** What the validation of the intent warns of. */
  readonly warnings: readonly string[];
  readonly seed: string;
  readonly period: {
    readonly from: string;
    /** A minute after the last price, or the end of the intent if that came first. */
    readonly to: string;
    readonly lastPrice: string;
    readonly priceCount: number;
  };
  readonly final: {
    readonly state: string;
    readonly reason: string;
    readonly heldSeries: string;
    readonly vaultMode: string;
  };
  readonly figures: ReportedFigures;
  readonly rolls: readonly ReportedRoll[];
  readonly putOffs: readonly ReportedPutOff[];
  readonly runs: readonly ReportedRun[];
  readonly settlements: readonly ReportedSettlement[];
  readonly notices: readonly ReportedNotice[];
  /** Ticks that threw. */
  readonly failures: readonly { readonly [key in 'time' | 'work' | 'message']: string }[];
  readonly values: readonly ReportedValue[];
  /** Why what was measured differs from what was estimated. */
  readonly differences: readonly string[];
  /** What the backtest takes for granted. */
  readonly assumptions: readonly string[];
}

/** The figures that are compared. */
export interface ReportedFigures {
  /** Whole days from the activation to the last price, or to the end of the intent; yearly figures are over them. */
  readonly days: number;
  readonly rollCount: number;
  /** Rolls × 365 days / period, half up, in hundredths. */
  readonly rollsPerYearHundredths: number;
  readonly expectedRollsPerYear: number;
  /** The sum of the costs of all rolls. */
  readonly totalCostBps: number;
  /** totalCostBps × 365 days / period, half up. */
  readonly yearlyCostBps: number;
  readonly estimatedMaxAnnualCostBps: number;
  readonly dearestRollBps: number;
  readonly driftMaximumBps: number;
  readonly driftMaximumTime: string;
  readonly driftFinalBps: number;
  readonly breachCount: number;
  readonly finalValuePerUnit: string;
  readonly paidToOwnerUsdc: string;
}

/** A roll that was made. */
export interface ReportedRoll {
  readonly time: string;
  /** What started it: PRICE, MATURITY, … */
  readonly cause: string;
  readonly oldSeries: string;
  readonly newSeries: string;
  readonly spot: string;
  readonly costBps: number;
  /** At the prices of the snapshot. */
  readonly valueBeforeUsdc: string;
  readonly valueAfterUsdc: string;
  /** Assets that were sold; none where a settlement came before. */
  readonly soldCount: number;
  /** Whether every order met a maker's quote. */
  readonly quoted: boolean;
}

/** A roll or a purchase that was put off. */
export interface ReportedPutOff {
  readonly time: string;
  readonly cause: string;
  readonly series: string;
  readonly spot: string;
  /** The how many-th time in a row it was. */
  readonly inARow: number;
}

/** A run of the pipeline. */
export interface ReportedRun {
  readonly time: string;
  readonly trigger: string;
  readonly purpose: string;
  readonly outcome: string;
  readonly reason: string;
  readonly series: string;
  readonly spot: string;
  readonly actions: readonly {
    readonly side: string;
    readonly assetId: string;
    /** FILLED, or why not. */
    readonly outcome: string;
    readonly quantity: string;
    readonly cashUsdc: string;
    readonly quoted: boolean;
    readonly slippageBps: number;
  }[];
}

/** What a matured series paid. */
export interface ReportedSettlement {
  readonly time: string;
  readonly assetId: string;
  readonly quantity: string;
  readonly price: string;
  readonly payoutUsdc: string;
}

/** What the owner was told. */
export interface ReportedNotice {
  readonly time: string;
  readonly kind: string;
  readonly message: string;
  /** Whether the owner wants such notices. */
  readonly sent: boolean;
}

/** How the intent stood at a price. */
export interface ReportedValue {
  readonly time: string;
  readonly spot: string;
  readonly valueUsdc: string;
  readonly units: string;
  readonly valuePerUnit: string;
  readonly index: string;
  readonly driftBps: number;
  readonly heldSeries: string;
}
