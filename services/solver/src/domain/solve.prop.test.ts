import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '@trimtab/core';
import { buildPlan, type RoundsProblem } from './build-plan.js';
import { explainLines } from './explain/explain-lines.js';
import { problemArbitrary } from './problem.fixture.js';
import { verifyPlan } from './verify.js';

const SEED = 20260718;

const built = (problem: RoundsProblem) => {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe('every solver plan', () => {
  it('is feasible under every cap, by the second opinion, and its lines sum to 10 000', () => {
    fc.assert(
      fc.property(problemArbitrary, (problem) => {
        const plan = built(problem);
        expect(verifyPlan(plan).ok).toBe(true);
        const sum = explainLines(plan).reduce((total, { weightBps }) => total + weightBps, 0);
        expect(sum).toBe(10_000);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('leaves nothing idle that a candidate still had room for', () => {
    fc.assert(
      fc.property(problemArbitrary, (problem) => {
        const { summary, targets, scores, inputs } = built(problem);
        if (summary.idleBps === 0) return;
        const weightOf = (matches: (id: string) => boolean): number =>
          targets
            .filter(({ strategyId }) => strategyId !== undefined && matches(strategyId))
            .reduce((sum, { weightBps }) => sum + weightBps, 0);
        const { policy } = problem;
        for (const { strategyId, failedFilter } of scores) {
          if (failedFilter !== undefined) continue;
          const definition = (id: string) =>
            inputs.strategies.find(({ strategy }) => strategy.strategyId === id)?.strategy;
          const own = definition(strategyId);
          if (own === undefined) throw new Error('scored strategies are in the inputs');
          const inProtocol = weightOf((id) => definition(id)?.protocol === own.protocol);
          const cap = policy.protocolCaps.find(({ protocol }) => protocol === own.protocol);
          const full =
            weightOf((id) => id === strategyId) >=
              Math.min(own.strategyCapBps, policy.strategyCapBps) ||
            inProtocol >= (cap?.capBps ?? policy.defaultProtocolCapBps) ||
            (own.protocol === 'marginfi' && inProtocol >= policy.marginFiCapBps) ||
            (own.exotic &&
              weightOf((id) => definition(id)?.exotic === true) >= policy.exoticCapBps);
          expect(full).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('has the same bytes whatever the order of its inputs', () => {
    fc.assert(
      fc.property(
        problemArbitrary,
        fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
        (problem, keys) => {
          let at = 0;
          const nextKey = (): number => keys[at++] ?? 0;
          const shuffled = <T>(items: readonly T[]): readonly T[] =>
            items
              .map((item) => ({ item, key: nextKey() }))
              .sort((left, right) => compare(left.key, right.key))
              .map(({ item }) => item);
          const other = built({
            ...problem,
            strategies: shuffled(problem.strategies),
            manager: {
              ...problem.manager,
              allowedStrategies: shuffled(problem.manager.allowedStrategies),
            },
            vault: { ...problem.vault, weights: shuffled(problem.vault.weights) },
          });
          expect(other.planHash).toBe(built(problem).planHash);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});
