import { describe, expect, it } from 'vitest';
import { policyViolations, snapshotViolations } from '../validate-registry.js';
import { policyOf, strategyInput } from '../solver.fixture.js';
import type { MarketData } from './market-data.js';
import type { RegimeOption, ScoreOptions } from './score-options.js';
import { decisionViolations } from './validate-options.js';

const history = { windowPeriods: 30, periodsPerYear: 365, thresholdBps: 0, priceBps: 1 };
const regime = {
  rule: 'TREND',
  windowPeriods: 30,
  periodsPerYear: 365,
  thresholdBps: 1,
  stressPolicyId: 'stress',
  haircutBps: 0,
} as const;
const impact = { referenceWeightBps: 1, thresholdBps: 0, priceBps: 1 };

const refused = (options: Partial<ScoreOptions>): readonly string[] =>
  policyViolations(policyOf({ options: { missingDataBps: 0, ...options } })).map(
    ({ field }) => field,
  );

/** Field, then the option with a value in it, then the bounds that are accepted. */
const bounds: readonly (readonly [
  string,
  (value: number) => Partial<ScoreOptions>,
  min: number,
  max: number,
])[] = [
  ['missing_data_bps', (missingDataBps) => ({ missingDataBps }), 0, 1_000_000],
  ['volatility.window_periods', (v) => ({ volatility: { ...history, windowPeriods: v } }), 2, 366],
  [
    'volatility.periods_per_year',
    (v) => ({ volatility: { ...history, periodsPerYear: v } }),
    1,
    8784,
  ],
  [
    'volatility.threshold_bps',
    (v) => ({ volatility: { ...history, thresholdBps: v } }),
    0,
    1_000_000,
  ],
  ['volatility.price_bps', (v) => ({ volatility: { ...history, priceBps: v } }), 1, 100_000],
  ['covariance.window_periods', (v) => ({ covariance: { ...history, windowPeriods: v } }), 2, 366],
  [
    'covariance.periods_per_year',
    (v) => ({ covariance: { ...history, periodsPerYear: v } }),
    1,
    8784,
  ],
  [
    'covariance.threshold_bps',
    (v) => ({ covariance: { ...history, thresholdBps: v } }),
    0,
    1_000_000,
  ],
  ['covariance.price_bps', (v) => ({ covariance: { ...history, priceBps: v } }), 1, 100_000],
  ['drawdown.window_periods', (v) => ({ drawdown: { ...history, windowPeriods: v } }), 2, 366],
  ['drawdown.threshold_bps', (v) => ({ drawdown: { ...history, thresholdBps: v } }), 0, 1_000_000],
  ['drawdown.price_bps', (v) => ({ drawdown: { ...history, priceBps: v } }), 1, 100_000],
  [
    'impact.reference_weight_bps',
    (v) => ({ impact: { ...impact, referenceWeightBps: v } }),
    1,
    10_000,
  ],
  ['impact.threshold_bps', (v) => ({ impact: { ...impact, thresholdBps: v } }), 0, 1_000_000],
  ['impact.price_bps', (v) => ({ impact: { ...impact, priceBps: v } }), 1, 100_000],
  ['slippage.quantile_bps', (v) => ({ slippage: { quantileBps: v, priceBps: 1 } }), 1, 10_000],
  ['slippage.price_bps', (v) => ({ slippage: { quantileBps: 1, priceBps: v } }), 1, 100_000],
  ['turnover.penalty_bps', (v) => ({ turnover: { penaltyBps: v } }), 1, 1_000_000],
  ['regime.window_periods', (v) => ({ regime: { ...regime, windowPeriods: v } }), 2, 366],
  ['regime.periods_per_year', (v) => ({ regime: { ...regime, periodsPerYear: v } }), 1, 8784],
  ['regime.threshold_bps', (v) => ({ regime: { ...regime, thresholdBps: v } }), 1, 1_000_000],
  ['regime.haircut_bps', (v) => ({ regime: { ...regime, haircutBps: v } }), 0, 1_000_000],
];

describe('the options of a policy', () => {
  it.each(bounds)('%s keeps its bounds, both included', (field, optionsOf, min, max) => {
    expect(refused(optionsOf(min))).toEqual([]);
    expect(refused(optionsOf(max))).toEqual([]);
    expect(refused(optionsOf(min - 1))).toEqual([`policy.options.${field}`]);
    expect(refused(optionsOf(max + 1))).toEqual([`policy.options.${field}`]);
  });

  it('the stress policy is another policy', () => {
    expect(refused({ regime: { ...regime, stressPolicyId: 'policy-1' } })).toEqual([
      'policy.options.regime.stress_policy_id',
    ]);
  });

  it('all violations are told at once', () => {
    expect(refused({ missingDataBps: -1, turnover: { penaltyBps: 0 } })).toHaveLength(2);
  });
});

describe('the regime decision of a plan', () => {
  const violated = (changes: Partial<RegimeOption>) =>
    decisionViolations({
      ...{ ...regime, ...changes },
      ...{ regime: 'STRESSED', basePolicyId: 'policy-1', basePolicyVersion: 1 },
    }).map(({ field }) => field);

  it.each([
    ['window_periods', (windowPeriods: number) => ({ windowPeriods }), 2, 366],
    ['periods_per_year', (periodsPerYear: number) => ({ periodsPerYear }), 1, 8784],
    ['threshold_bps', (thresholdBps: number) => ({ thresholdBps }), 1, 1_000_000],
    ['haircut_bps', (haircutBps: number) => ({ haircutBps }), 0, 1_000_000],
  ] as const)('keeps %s in the bounds of a policy, both included', (field, ruleOf, min, max) => {
    expect(violated(ruleOf(min))).toEqual([]);
    expect(violated(ruleOf(max))).toEqual([]);
    expect(violated(ruleOf(min - 1))).toEqual([`inputs.regime.option.${field}`]);
    expect(violated(ruleOf(max + 1))).toEqual([`inputs.regime.option.${field}`]);
  });

  it('is nothing to hold to bounds when no policy asked', () => {
    expect(decisionViolations(undefined)).toEqual([]);
  });
});

describe('the market data of a snapshot', () => {
  const fieldsOf = (market: MarketData): readonly string[] => {
    const { snapshot } = strategyInput('a', {}, { market });
    return snapshot === undefined
      ? []
      : snapshotViolations(snapshot, 'snapshots[3]').map(({ field }) => field);
  };
  const repeated = (count: number, value: number): readonly number[] =>
    Array.from({ length: count }, () => value);

  it.each([
    [{ returnHistoryBps: [-10_000, 100_000] }, []],
    [{ returnHistoryBps: [0, -10_001] }, ['return_history_bps[1]']],
    [{ returnHistoryBps: [100_001] }, ['return_history_bps[0]']],
    [{ returnHistoryBps: repeated(366, 0) }, []],
    [{ returnHistoryBps: repeated(367, 0) }, ['return_history_bps']],
    [{ slippageSamplesBps: [0, 10_000] }, []],
    [{ slippageSamplesBps: [-1, 10_001] }, ['slippage_samples_bps[0]', 'slippage_samples_bps[1]']],
    [{ slippageSamplesBps: repeated(1000, 1) }, []],
    [{ slippageSamplesBps: repeated(1001, 1) }, ['slippage_samples_bps']],
  ])('%# keeps its bounds, both included', (market, refusedFields) => {
    expect(fieldsOf(market)).toEqual(refusedFields.map((name) => `snapshots[3].market.${name}`));
  });

  it.each([
    [1n, 0],
    [0n, 1],
    [-1n, 1],
    [10n ** 42n, 0],
    [10n ** 42n + 1n, 1],
  ])('a pool depth of %s has %i violations', (poolDepth, count) => {
    expect(fieldsOf({ poolDepth })).toHaveLength(count);
  });
});
