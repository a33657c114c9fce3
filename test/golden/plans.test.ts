import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainExclusions, explainLines, verifyPlan, type Plan } from '@trimtab/solver/domain';
import { goldenPlan, planFiles, POLICIES } from './plans/plan-files.js';
import { realPools } from './plans/real-pools.js';

const planUnder = (policyId: string): Plan => {
  const policy = POLICIES.find((one) => one.policyId === policyId);
  if (policy === undefined) throw new Error(`no policy ${policyId}`);
  return goldenPlan(policy);
};

const weightOf = (plan: Plan, strategyId: string): number =>
  plan.targets.find((target) => target.strategyId === strategyId)?.weightBps ?? 0;

describe('the plans over 30 real pools', () => {
  it('are made of 30 pools with ids of their own', () => {
    const ids = realPools().map(({ strategy }) => strategy.strategyId);
    expect(new Set(ids).size).toBe(30);
  });

  it.each(POLICIES.map(({ policyId }) => policyId))(
    '%s is its golden folder, byte for byte',
    (id) => {
      const folder = new URL(`./plans/${id}/`, import.meta.url);
      const files = planFiles(planUnder(id));
      expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
      for (const [name, text] of files) {
        expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
      }
    },
  );

  it.each(POLICIES.map(({ policyId }) => policyId))('%s verifies and sums to 10 000', (id) => {
    const plan = planUnder(id);
    expect(verifyPlan(plan).ok).toBe(true);
    expect(explainLines(plan).reduce((sum, { weightBps }) => sum + weightBps, 0)).toBe(10_000);
    expect(plan.targets.length + explainExclusions(plan).length).toBe(30);
  });

  // The numbers of plans/worked.md, which were worked by hand.
  it.each([
    ['compound-v3-usdc', 262, 1000, 905, 617],
    ['curve-dex-3crv-mim', 587, 500, 1244, 1382],
    ['curve-dex-alusd-fraxbp', 301, 0, 391, 709],
    ['lido-eth', 50, 205, 206, 118],
  ])('%s scores %i and weighs what was worked by hand', (id, score, ...weights) => {
    const plans = POLICIES.map(goldenPlan);
    expect(plans.map((plan) => weightOf(plan, id))).toEqual(weights);
    for (const plan of plans) {
      const line = plan.scores.find(({ strategyId }) => strategyId === id);
      expect(line?.score?.scoreBps).toBe(score);
    }
  });

  it('the withdrawal of lido-eth is cut at the maximum, the remainder last', () => {
    const steps = planUnder('balanced').steps.filter(({ strategyId }) => strategyId === 'lido-eth');
    expect(steps.map(({ operation, amount }) => [operation, amount])).toEqual([
      ['WITHDRAW', 100_000_000_000n],
      ['WITHDRAW', 79_400_000_000n],
    ]);
  });
});
