/**
 * What the scores of a policy take into account beyond the plain formula (the limits that the
 * source states for itself). Every option is off unless the policy carries it; without any the score
 * is the plain one, bit for bit. Rates are in bps, and a haircut is never negative.
 */
export interface ScoreOptions {
  /** The haircut of each option whose data a strategy lacks, 0 to 1 000 000. */
  readonly missingDataBps: number;
  readonly volatility?: HistoryOption;
  readonly covariance?: HistoryOption;
  readonly drawdown?: DrawdownOption;
  readonly impact?: ImpactOption;
  readonly slippage?: SlippageOption;
  readonly regime?: RegimeOption;
  readonly turnover?: TurnoverOption;
}

/** What a measured excess costs: `halfUp(max(0, measured − threshold) · price / 10 000)`. */
export interface ExcessPrice {
  /** What is free, 0 to 1 000 000. */
  readonly thresholdBps: number;
  /** Bps of score for each 10 000 bps of excess, 1 to 100 000. */
  readonly priceBps: number;
}

/** How much of the history counts, 2 to 366 periods, the latest. */
export interface HistoryWindow {
  readonly windowPeriods: number;
}

/** A measure per year of the returns: volatility, or the contribution to the risk of all together. */
export interface HistoryOption extends ExcessPrice, HistoryWindow {
  /** How many periods of the history make a year, 1 to 8784. */
  readonly periodsPerYear: number;
}

/** The largest fall of the history from a peak. */
export interface DrawdownOption extends ExcessPrice, HistoryWindow {}

/** What the pool itself charges for the trade towards a reference weight. */
export interface ImpactOption extends ExcessPrice {
  /** The weight up to which the cost is measured, 1 to 10 000; the caps if they are smaller. */
  readonly referenceWeightBps: number;
}

/** A stated quantile of the slippage, above the expected slippage. */
export interface SlippageOption {
  /** 1 to 10 000; 9500 is the slippage that 95 of 100 trades stay within. */
  readonly quantileBps: number;
  /** Bps of score for each 10 000 bps above the expected slippage, 1 to 100 000. */
  readonly priceBps: number;
}

/** The measure of the market by which a regime is told. */
export type RegimeRule = 'DRAWDOWN' | 'VOLATILITY' | 'TREND';

/** From which measure on another policy holds. */
export interface RegimeOption extends HistoryWindow {
  readonly rule: RegimeRule;
  readonly periodsPerYear: number;
  /** Stressed from here on, this included, 1 to 1 000 000. */
  readonly thresholdBps: number;
  /** The policy that holds while the market is stressed. */
  readonly stressPolicyId: string;
  /** What every strategy must earn more while the market is stressed, 0 to 1 000 000. */
  readonly haircutBps: number;
}

/** What buying a strategy from nothing to its cap costs; what is held already is not bought. */
export interface TurnoverOption {
  /** 1 to 1 000 000. */
  readonly penaltyBps: number;
}

/** The options that have a line in the score, in the order of the lines. */
export const OPTION_NAMES = [
  'VOLATILITY',
  'COVARIANCE',
  'DRAWDOWN',
  'IMPACT',
  'SLIPPAGE',
  'REGIME',
  'TURNOVER',
] as const;

/** The name of an option in scores and explanations. */
export type OptionName = (typeof OPTION_NAMES)[number];

/** What one option takes off a score. */
export interface OptionHaircut {
  readonly option: OptionName;
  /** 0 or more. */
  readonly haircutBps: number;
}
