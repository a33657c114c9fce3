import { describe, expect, it } from 'vitest';
import { buildPlan } from '../domain/build-plan.js';
import { resolveRegime } from '../domain/options/resolve-regime.js';
import type { RegimeOption } from '../domain/options/score-options.js';
import type { StrategyInput } from '../domain/strategy.js';
import { policyOf, roundsProblem, strategyInput } from '../domain/solver.fixture.js';
import { recomputePlan, statedBy } from './recompute-plan.js';

const option: RegimeOption = {
  rule: 'VOLATILITY',
  windowPeriods: 2,
  periodsPerYear: 1,
  thresholdBps: 100,
  stressPolicyId: 'stress',
  haircutBps: 40,
};

/** A plan of the stress policy, which alone says nothing of the rule that led to it. */
function stressedPlan(...returnHistoryBps: readonly number[]) {
  const market = { returnHistoryBps };
  const strategies: readonly StrategyInput[] = [strategyInput('a', {}, { market })];
  const problem = roundsProblem(strategies);
  const asking = policyOf({ options: { missingDataBps: 0, regime: option } });
  const stress = policyOf({ policyId: 'stress', version: 3 });
  const built = buildPlan({ ...problem, ...resolveRegime(asking, stress, problem) });
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

describe('a plan of a stressed market is made again from its own inputs', () => {
  it.each([
    ['measured', [150, -150], 212],
    ['without enough history', [150], undefined],
  ] as const)('%s', (_what, returns, measuredBps) => {
    const plan = stressedPlan(...returns);
    expect(plan.inputs.policy?.policyId).toBe('stress');
    expect(plan.inputs.regime).toMatchObject({ regime: 'STRESSED' });
    expect(plan.inputs.regime?.measuredBps).toBe(measuredBps);
    const again = recomputePlan(statedBy(plan));
    expect(again.ok ? again.value : again.error).toEqual(plan);
  });

  it.each([
    ['window_periods', { windowPeriods: 1 }, 'was 1, must be 2 to 366'],
    ['window_periods', { windowPeriods: -1 }, 'was -1, must be 2 to 366'],
    ['periods_per_year', { periodsPerYear: -1 }, 'was -1, must be 1 to 8784'],
    ['threshold_bps', { thresholdBps: 0 }, 'was 0, must be 1 to 1000000'],
    // It would raise every score.
    ['haircut_bps', { haircutBps: -40 }, 'was -40, must be 0 to 1000000'],
  ] as const)('not by a rule whose %s no policy can have', (field, changes, message) => {
    const stated = statedBy(stressedPlan(150, -150));
    const { regime } = stated.inputs;
    if (regime === undefined) throw new Error('the policy asked for the regime');
    const inputs = { ...stated.inputs, regime: { ...regime, ...changes } };
    expect(recomputePlan({ ...stated, inputs })).toEqual({
      ok: false,
      error: { field: `inputs.regime.option.${field}`, message },
    });
  });
});
