import {
  compareDecimals,
  DECIMAL_ONE,
  decimalOf,
  multiplyDecimals,
  parseDecimal,
  type Decimal,
} from '@trimtab/decimal';
import type { Config, Constraints, StrategyType } from './intent-spec.js';
import type { Rule, Violation } from './violation.js';

/**
 * Settings that are legal and probably not meant (intent rules, validation). A warning is raised only
 * where every field that it compares is sound.
 */
export function warningsOf(
  type: StrategyType | undefined,
  config: Partial<Config>,
  constraints: Partial<Constraints>,
): readonly Violation[] {
  return [
    ...strikeWarnings(type, config),
    ...maturityWarnings(type, config),
    ...firstTickWarnings(config),
    ...driftWarnings(type, constraints),
    ...stopLossWarnings(constraints),
  ];
}

const HIGH_STRIKE = decimalOf(80n, 2);
const SHORT_STANDARD_DAYS = 7;
const SHORT_YIELD_DAYS = 14;
const TREASURY_DRIFT_BPS = 500;

function strikeWarnings(type: StrategyType | undefined, { strikeRatio }: Partial<Config>) {
  const strike = decimal(strikeRatio);
  if (type === undefined || type === 'leverage' || strike === undefined) return [];
  if (compareDecimals(strike, HIGH_STRIKE) <= 0) return [];
  return [
    warning('config.strike_ratio_decimal', 'HIGH_STRIKE', {
      found: strikeRatio ?? '',
      limit: 'at most 0.8 unless the type is leverage',
      why: 'a strike this close to the price drifts as much as it moves',
    }),
  ];
}

function maturityWarnings(
  type: StrategyType | undefined,
  { maturityDays, rollStrategy }: Partial<Config>,
) {
  if (maturityDays === undefined) return [];
  const field = 'config.maturity_days';
  const found = String(maturityDays);
  const short = maturityDays < SHORT_STANDARD_DAYS && rollStrategy === 'standard';
  const poor = type === 'yield' && maturityDays < SHORT_YIELD_DAYS;
  return [
    ...(short
      ? [
          warning(field, 'SHORT_MATURITY_STANDARD_ROLLS', {
            found,
            limit: `at least ${SHORT_STANDARD_DAYS} with standard rolls`,
            why: 'each roll costs, and shortDated rolls cost less at this maturity',
          }),
        ]
      : []),
    ...(poor
      ? [
          warning(field, 'YIELD_SHORT_MATURITY', {
            found,
            limit: `at least ${SHORT_YIELD_DAYS} for a yield intent`,
            why: 'frequent rolls eat the yield',
          }),
        ]
      : []),
  ];
}

/** A decision of the rules: such a strike rolls as soon as the price falls at all. */
function firstTickWarnings({ strikeRatio, rebalanceThreshold }: Partial<Config>) {
  const strike = decimal(strikeRatio);
  const threshold = decimal(rebalanceThreshold);
  if (strike === undefined || threshold === undefined) return [];
  if (compareDecimals(multiplyDecimals(strike, threshold), DECIMAL_ONE) < 0) return [];
  return [
    warning('config.rebalance_threshold_decimal', 'ROLLS_AT_FIRST_TICK', {
      found: rebalanceThreshold ?? '',
      limit: `below 1 ÷ ${strikeRatio ?? ''}, the inverse of the strike ratio`,
      why: 'strike × threshold is not below the price, so it rolls at the first tick down',
    }),
  ];
}

function driftWarnings(
  type: StrategyType | undefined,
  { maxAnnualDriftBps }: Partial<Constraints>,
) {
  if (type !== 'treasury' || maxAnnualDriftBps === undefined) return [];
  if (maxAnnualDriftBps <= TREASURY_DRIFT_BPS) return [];
  return [
    warning('constraints.max_annual_drift_bps', 'TREASURY_HIGH_DRIFT', {
      found: String(maxAnnualDriftBps),
      limit: `at most ${TREASURY_DRIFT_BPS} for a treasury intent`,
      why: 'a treasury is meant to stay close to its index; the template says 200',
    }),
  ];
}

function stopLossWarnings({ stopLossDriftBps, maxAnnualDriftBps }: Partial<Constraints>) {
  if (stopLossDriftBps === undefined || maxAnnualDriftBps === undefined) return [];
  if (stopLossDriftBps > maxAnnualDriftBps) return [];
  return [
    warning('constraints.stop_loss_drift_bps', 'STOP_LOSS_WITHIN_DRIFT', {
      found: String(stopLossDriftBps),
      limit: `above max_annual_drift_bps, ${maxAnnualDriftBps}`,
      why: 'the stop-loss would unwind the strategy inside the drift it tolerates',
    }),
  ];
}

function warning(
  field: string,
  rule: Rule,
  text: { readonly found: string; readonly limit: string; readonly why: string },
): Violation {
  const message = `was ${text.found}, should be ${text.limit}: ${text.why}`;
  return { field, rule, found: text.found, limit: text.limit, message };
}

function decimal(text: string | undefined): Decimal | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDecimal(text);
  return parsed.ok ? parsed.value : undefined;
}
