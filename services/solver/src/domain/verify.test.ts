import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { buildPlan } from './build-plan.js';
import { documentHashes, planHashOf } from './plan-hash.js';
import type { Plan, PlanSummary } from './plan.js';
import { managerOf, policyOf, roundsProblem, scoring, vaultOf } from './solver.fixture.js';
import { verifyPlan } from './verify.js';

const strategies = [
  scoring('a', 600, { protocol: 'marginfi', exotic: true }),
  scoring('b', 300),
  scoring('c', 0),
];
const plan = ((): Plan => {
  const vault = vaultOf({ weights: [{ assetId: 'C', side: 'LONG', weightBps: 100 }] });
  const result = buildPlan(roundsProblem(strategies, { vault }));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
})();
const differenceOf = (changed: Plan): string | undefined => {
  const result = verifyPlan(changed);
  return result.ok ? undefined : result.error.field;
};
/** A forger who recomputes every hash after the change. */
const resealed = (changes: Partial<Plan>, summary: Partial<PlanSummary> = {}): Plan => {
  const changed = { ...plan, ...changes };
  const rewritten = { ...plan.summary, ...summary, ...documentHashes(changed) };
  return { ...changed, summary: rewritten, planHash: planHashOf(rewritten) };
};
const withWeight = (index: number, weightBps: number): Plan['targets'] =>
  plan.targets.map((target, at) => (at === index ? { ...target, weightBps } : target));

describe('verification of a plan', () => {
  it('accepts a plan as it was built', () => {
    expect(verifyPlan(plan)).toEqual({ ok: true, value: undefined });
  });

  it('names the document whose content is not what its hash says', () => {
    expect(differenceOf({ ...plan, targets: withWeight(0, 1) })).toBe('summary.targetWeightsHash');
    expect(differenceOf({ ...plan, steps: [] })).toBe('summary.txBundleHash');
    expect(differenceOf({ ...plan, scores: [] })).toBe('summary.scoresHash');
    const inputs = { ...plan.inputs, vault: vaultOf() };
    expect(differenceOf({ ...plan, inputs })).toBe('summary.inputsHash');
    expect(differenceOf({ ...plan, planHash: 'f'.repeat(64) })).toBe('planHash');
  });

  it.each(Object.keys(plan.summary))('notices a changed summary field: %s', (field) => {
    const value = plan.summary[field as keyof PlanSummary];
    const changed = typeof value === 'string' ? `${value}0` : value === false;
    const other =
      typeof value === 'number'
        ? field === 'generateTime'
          ? instant(value + 1)
          : value + 1
        : typeof value === 'bigint'
          ? value + 1n
          : changed;
    expect(differenceOf({ ...plan, summary: { ...plan.summary, [field]: other } })).toBeDefined();
  });

  it('does not trust hashes: a resealed forgery is held against the inputs', () => {
    const steps = plan.steps.map((step) => ({ ...step, amount: step.amount + 1n }));
    expect(differenceOf(resealed({ steps }))).toBe('steps of a');
    expect(differenceOf(resealed({ targets: withWeight(0, 6001) }))).toBe('sum of all lines');
    expect(differenceOf(resealed({}, { reserveBps: 999, idleBps: 1 }))).toBe('summary.reserveBps');
    expect(differenceOf(resealed({}, { totalDeltaBps: 1 }))).toBe('summary.totalDeltaBps');
    expect(differenceOf(resealed({}, { noOp: true }))).toBe('summary.noOp');
    expect(differenceOf(resealed({}, { expectedBlendedApyBps: 1 }))).toBe(
      'summary.expectedBlendedApyBps',
    );
    expect(differenceOf(resealed({}, { riskBudgetUsageBps: 1 }))).toBe(
      'summary.riskBudgetUsageBps',
    );
    expect(differenceOf(resealed({}, { vaultId: 'vault-2' }))).toBe('summary.vaultId');
    expect(differenceOf(resealed({ targets: [...plan.targets].reverse() }))).toBe(
      'order of targets',
    );
  });

  it.each([
    [{ strategyCapBps: 5999 }, 'weight of a'],
    [{ defaultProtocolCapBps: 5999 }, 'weight of protocol marginfi'],
    [{ exoticCapBps: 5999 }, 'weight of exotic strategies'],
    [{ marginFiCapBps: 5999 }, 'weight of marginfi strategies'],
  ])('finds the cap that the weights break: %j', (limits, field) => {
    const inputs = { ...plan.inputs, policy: policyOf(limits) };
    expect(differenceOf(resealed({ inputs }))).toBe(field);
  });

  it('finds weight on a strategy that may have none', () => {
    const inputs = { ...plan.inputs, manager: managerOf(strategies.slice(1)) };
    expect(differenceOf(resealed({ inputs }))).toBe('candidate a');
  });
});
