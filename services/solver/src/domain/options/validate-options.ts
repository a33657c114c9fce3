import type { FieldViolation } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import { outOfRange } from '../field-range.js';
import type { MarketData } from './market-data.js';
import type { RegimeDecision } from './regime.js';
import type { ExcessPrice, RegimeOption, ScoreOptions } from './score-options.js';

/** The longest history: a leap year of days. */
export const MAX_HISTORY = 366;
/** The most observed slippages of one strategy. */
export const MAX_SLIPPAGE_SAMPLES = 1000;
/** Hours of a leap year. */
const MAX_PERIODS_PER_YEAR = 8784;
const MAX_MEASURE_BPS = 1_000_000;
const MAX_PRICE_BPS = 100_000;
const MAX_RETURN_BPS = 100_000;
/** A quadrillion of whole underlying at 27 decimals, the bound of every amount of a vault. */
const MAX_DEPTH = 10n ** 42n;

type Check = (name: string, value: number, min: number, max: number) => readonly FieldViolation[];

/** The violations of the options of a policy; fields begin with `policy.options.`. */
export function optionsViolations(
  options: ScoreOptions | undefined,
  policyId?: string,
): readonly FieldViolation[] {
  if (options === undefined) return [];
  const check = checkUnder('policy.options');
  return [
    ...check('missing_data_bps', options.missingDataBps, 0, MAX_MEASURE_BPS),
    ...historyViolations(check, options),
    ...costViolations(check, options),
    ...regimeViolations(check, options, policyId),
  ];
}

function checkUnder(prefix: string): Check {
  return (name, value, min, max) =>
    outOfRange({ field: `${prefix}.${name}`, value, min, max }, 'FIELD_INVALID');
}

function historyViolations(check: Check, options: ScoreOptions): readonly FieldViolation[] {
  const named = [
    ['volatility', options.volatility],
    ['covariance', options.covariance],
  ] as const;
  return [
    ...named.flatMap(([name, option]) =>
      option === undefined
        ? []
        : [
            ...check(`${name}.window_periods`, option.windowPeriods, 2, MAX_HISTORY),
            ...check(`${name}.periods_per_year`, option.periodsPerYear, 1, MAX_PERIODS_PER_YEAR),
            ...priceViolations(check, name, option),
          ],
    ),
    ...(options.drawdown === undefined
      ? []
      : [
          ...check('drawdown.window_periods', options.drawdown.windowPeriods, 2, MAX_HISTORY),
          ...priceViolations(check, 'drawdown', options.drawdown),
        ]),
  ];
}

function priceViolations(
  check: Check,
  name: string,
  { thresholdBps, priceBps }: ExcessPrice,
): readonly FieldViolation[] {
  return [
    ...check(`${name}.threshold_bps`, thresholdBps, 0, MAX_MEASURE_BPS),
    ...check(`${name}.price_bps`, priceBps, 1, MAX_PRICE_BPS),
  ];
}

function costViolations(check: Check, options: ScoreOptions): readonly FieldViolation[] {
  const { impact, slippage, turnover } = options;
  return [
    ...(impact === undefined
      ? []
      : [
          ...check('impact.reference_weight_bps', impact.referenceWeightBps, 1, BPS_WHOLE),
          ...priceViolations(check, 'impact', impact),
        ]),
    ...(slippage === undefined
      ? []
      : [
          ...check('slippage.quantile_bps', slippage.quantileBps, 1, BPS_WHOLE),
          ...check('slippage.price_bps', slippage.priceBps, 1, MAX_PRICE_BPS),
        ]),
    ...(turnover === undefined
      ? []
      : check('turnover.penalty_bps', turnover.penaltyBps, 1, MAX_MEASURE_BPS)),
  ];
}

function regimeViolations(
  check: Check,
  { regime }: ScoreOptions,
  policyId: string | undefined,
): readonly FieldViolation[] {
  if (regime === undefined) return [];
  const field = 'policy.options.regime.stress_policy_id';
  const message = `was the policy itself, must be another one`;
  return [
    ...ruleViolations((name, ...bounds) => check(`regime.${name}`, ...bounds), regime),
    ...(regime.stressPolicyId === policyId ? [{ field, reason: 'FIELD_INVALID', message }] : []),
  ];
}

function ruleViolations(check: Check, rule: RegimeOption): readonly FieldViolation[] {
  return [
    ...check('window_periods', rule.windowPeriods, 2, MAX_HISTORY),
    ...check('periods_per_year', rule.periodsPerYear, 1, MAX_PERIODS_PER_YEAR),
    ...check('threshold_bps', rule.thresholdBps, 1, MAX_MEASURE_BPS),
    ...check('haircut_bps', rule.haircutBps, 0, MAX_MEASURE_BPS),
  ];
}

/**
 * The violations of a decision that a plan carries; fields begin with `inputs.regime.option.`. The rule
 * of a stressed plan is that of another policy, so nothing else holds it to its bounds.
 */
export function decisionViolations(regime: RegimeDecision | undefined): readonly FieldViolation[] {
  return regime === undefined ? [] : ruleViolations(checkUnder('inputs.regime.option'), regime);
}

/** The violations of the market data of a snapshot; `prefix` is the path of the snapshot. */
export function marketViolations(
  market: MarketData | undefined,
  prefix: string,
): readonly FieldViolation[] {
  if (market === undefined) return [];
  const check = checkUnder(`${prefix}.market`);
  const { returnHistoryBps = [], slippageSamplesBps = [], poolDepth } = market;
  return [
    ...check('return_history_bps', returnHistoryBps.length, 0, MAX_HISTORY),
    ...returnHistoryBps.flatMap((value, index) =>
      check(`return_history_bps[${index}]`, value, 0 - BPS_WHOLE, MAX_RETURN_BPS),
    ),
    ...depthViolations(poolDepth, `${prefix}.market.pool_depth`),
    ...check('slippage_samples_bps', slippageSamplesBps.length, 0, MAX_SLIPPAGE_SAMPLES),
    ...slippageSamplesBps.flatMap((value, index) =>
      check(`slippage_samples_bps[${index}]`, value, 0, BPS_WHOLE),
    ),
  ];
}

function depthViolations(poolDepth: bigint | undefined, field: string): readonly FieldViolation[] {
  if (poolDepth === undefined || (poolDepth > 0n && poolDepth <= MAX_DEPTH)) return [];
  const message = `was ${poolDepth}, must be 1 to 10^42, or empty if it is not known`;
  return [{ field, reason: 'FIELD_INVALID', message }];
}
