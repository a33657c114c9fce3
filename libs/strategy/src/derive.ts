import { ceilDiv, safeNumber } from '@trimtab/decimal';
import type { Config, Constraints } from './intent-spec.js';

/** What follows from an intent's parameters (intent rules, derived). */
export interface Derived {
  /** ceil(365 / maturityDays); scheduled rolls only. */
  readonly expectedRollsPerYear: number;
  /** Rolls × maxSlippagePerRollBps: a ceiling for scheduled rolls only. */
  readonly estimatedMaxAnnualCostBps: number;
  /** Strike 0.5 and 30 days, by the formula: the yield template is not, whatever prose says. */
  readonly isPaperOptimal: boolean;
}

const DAYS_PER_YEAR = 365n;

/** Derives the operating figures of a valid intent. */
export function derive(
  config: Pick<Config, 'strikeRatio' | 'maturityDays'>,
  constraints: Pick<Constraints, 'maxSlippagePerRollBps'>,
): Derived {
  const rolls = safeNumber(ceilDiv(DAYS_PER_YEAR, BigInt(config.maturityDays)));
  return {
    expectedRollsPerYear: rolls,
    estimatedMaxAnnualCostBps: rolls * constraints.maxSlippagePerRollBps,
    // Canonical decimals: equal values have equal text.
    isPaperOptimal: config.strikeRatio === '0.5' && config.maturityDays === 30,
  };
}
