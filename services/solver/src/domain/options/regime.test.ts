import { describe, expect, it } from 'vitest';
import { policyOf, roundsProblem, scoring } from '../solver.fixture.js';
import { buildPlan } from '../build-plan.js';
import { documentHashes, planHashOf } from '../plan-hash.js';
import type { PlanInputs } from '../plan.js';
import type { Policy } from '../policy.js';
import type { StrategyInput } from '../strategy.js';
import { verifyPlan } from '../verify.js';
import { measureRegime, type RegimeDecision } from './regime.js';
import { resolveRegime } from './resolve-regime.js';
import type { RegimeOption } from './score-options.js';

const option = (changes: Partial<RegimeOption> = {}): RegimeOption => ({
  rule: 'DRAWDOWN',
  windowPeriods: 2,
  periodsPerYear: 1,
  thresholdBps: 1000,
  stressPolicyId: 'stress',
  haircutBps: 0,
  ...changes,
});

const withHistory = (id: string, ...returnHistoryBps: readonly number[]): StrategyInput => {
  const { strategy, snapshot } = scoring(id, 600);
  if (snapshot === undefined) throw new Error('a scored strategy has a snapshot');
  return { strategy, snapshot: { ...snapshot, market: { returnHistoryBps } } };
};

const measured = (changes: Partial<RegimeOption>, ...strategies: readonly StrategyInput[]) =>
  measureRegime(
    option(changes),
    strategies,
    new Set(strategies.map(({ strategy }) => strategy.strategyId)),
  );

describe('a regime', () => {
  it.each([
    // Of −1500 and −500 in equal parts the mean is −1000.
    [1000, 'STRESSED'],
    [1001, 'CALM'],
  ] as const)('with a drawdown of 1000 and a threshold of %i is %s', (thresholdBps, regime) => {
    expect(
      measured({ thresholdBps }, withHistory('a', 0, -1500), withHistory('b', 0, -500)),
    ).toEqual({ regime, measuredBps: 1000 });
  });

  it.each([
    [141, 'STRESSED'],
    [142, 'CALM'],
  ] as const)('with a volatility of 141 and a threshold of %i is %s', (thresholdBps, regime) => {
    const found = measured({ rule: 'VOLATILITY', thresholdBps }, withHistory('a', 100, -100));
    expect(found).toEqual({ regime, measuredBps: 141 });
  });

  it.each([
    // The window of two loses 30 and 21 together; half of 51 is 26, rounded up.
    [26, 'STRESSED'],
    [27, 'CALM'],
  ] as const)('with a loss of 26 and a threshold of %i is %s', (thresholdBps, regime) => {
    const strategies = [withHistory('a', 900, -20, -10), withHistory('b', -20, -1)];
    expect(measured({ rule: 'TREND', thresholdBps }, ...strategies)).toEqual({
      regime,
      measuredBps: 26,
    });
  });

  it('of a market that gains is calm', () => {
    expect(measured({ rule: 'TREND', thresholdBps: 1 }, withHistory('a', 5, 5))).toEqual({
      regime: 'CALM',
      measuredBps: -10,
    });
  });

  it('that cannot be measured is stressed: too little history, or of strategies that are not allowed', () => {
    expect(measured({}, withHistory('a', 5))).toEqual({ regime: 'STRESSED' });
    expect(measureRegime(option(), [withHistory('a', 5, 5)], new Set())).toEqual({
      regime: 'STRESSED',
    });
  });
});

describe('a plan under a regime rule', () => {
  const base = policyOf({
    version: 3,
    options: { missingDataBps: 0, regime: option({ haircutBps: 70 }) },
  });
  const stress: Policy = policyOf({ policyId: 'stress', version: 2, minLiquidReserveBps: 3000 });
  const planOf = (...strategies: readonly StrategyInput[]) => {
    const problem = roundsProblem(strategies);
    return { ...problem, ...resolveRegime(base, stress, problem) };
  };
  const built = (problem: ReturnType<typeof planOf>) => {
    const plan = buildPlan(problem);
    if (!plan.ok) throw new Error(plan.error.message);
    return plan.value;
  };

  it('keeps its policy while the market is calm, with a line of 0 in each score', () => {
    const plan = built(planOf(withHistory('a', 0, -999)));
    expect(plan.summary).toMatchObject({
      policyId: 'policy-1',
      policyVersion: 3,
      reserveBps: 1000,
    });
    expect(plan.inputs.regime).toMatchObject({ regime: 'CALM', measuredBps: 999 });
    expect(plan.scores[0]?.score).toMatchObject({
      scoreBps: 600,
      optionHaircuts: [{ option: 'REGIME', haircutBps: 0 }],
    });
  });

  it('has the stress policy and its haircut when the market is stressed', () => {
    const plan = built(planOf(withHistory('a', 0, -1000)));
    expect(plan.summary).toMatchObject({ policyId: 'stress', policyVersion: 2, reserveBps: 3000 });
    expect(plan.inputs.regime).toMatchObject({
      regime: 'STRESSED',
      basePolicyId: 'policy-1',
      basePolicyVersion: 3,
    });
    expect(plan.scores[0]?.score).toMatchObject({
      scoreBps: 530,
      optionHaircuts: [{ option: 'REGIME', haircutBps: 70 }],
    });
    expect(verifyPlan(plan).ok).toBe(true);
  });

  it('is refused when the decision is not the one that its history gives', () => {
    const problem = planOf(withHistory('a', 0, -999));
    const { regime } = problem;
    if (regime === undefined) throw new Error('the policy has a rule');
    const refusal = (changes: Partial<RegimeDecision>) => {
      const plan = buildPlan({ ...problem, regime: { ...regime, ...changes } });
      return plan.ok ? 'accepted' : plan.error.violations[0]?.field;
    };
    expect(refusal({})).toBe('accepted');
    expect(refusal({ regime: 'STRESSED' })).toBe('inputs.regime.regime');
    expect(refusal({ measuredBps: 998 })).toBe('inputs.regime.measuredBps');
    expect(refusal({ thresholdBps: 1001 })).toBe('inputs.regime.thresholdBps');
    expect(refusal({ windowPeriods: 1 })).toBe('inputs.regime.windowPeriods');
    expect(refusal({ basePolicyId: 'other' })).toBe('inputs.policy.policyId');
    expect(refusal({ basePolicyVersion: 4 })).toBe('inputs.policy.version');
    expect(refusal({ rule: 'TREND' })).toBe('inputs.regime.rule');
    expect(refusal({ periodsPerYear: 2 })).toBe('inputs.regime.periodsPerYear');
    expect(refusal({ stressPolicyId: 'other' })).toBe('inputs.regime.stressPolicyId');
    expect(refusal({ haircutBps: 71 })).toBe('inputs.regime.haircutBps');
    expect(buildPlan(roundsProblem([withHistory('a', 0)], { policy: base })).ok).toBe(false);
  });

  it('does not verify with another regime, whatever its hashes', () => {
    const plan = built(planOf(withHistory('a', 0, -1000)));
    const { regime } = plan.inputs;
    if (regime === undefined) throw new Error('the policy has a rule');
    const fieldOf = (changes: Partial<PlanInputs>): string | undefined => {
      const changed = { ...plan, inputs: { ...plan.inputs, ...changes } };
      const summary = { ...plan.summary, ...documentHashes(changed) };
      const checked = verifyPlan({ ...changed, summary, planHash: planHashOf(summary) });
      return checked.ok ? undefined : checked.error.field;
    };
    expect(fieldOf({})).toBeUndefined();
    expect(fieldOf({ regime: { ...regime, regime: 'CALM' } })).toBe('inputs.regime.regime');
    expect(fieldOf({ regime: { ...regime, measuredBps: 1001 } })).toBe('inputs.regime.measuredBps');
    expect(fieldOf({ regime: { ...regime, stressPolicyId: 'other' } })).toBe(
      'inputs.policy.policyId',
    );
  });

  it('is refused when the market is stressed and the policy is not the stress policy', () => {
    const stressed = planOf(withHistory('a', 0, -1000));
    const plan = buildPlan({ ...stressed, policy: base });
    expect(plan.ok ? [] : plan.error.violations).toMatchObject([
      { field: 'inputs.policy.policyId', message: 'was policy-1, must be stress' },
    ]);
  });
});
