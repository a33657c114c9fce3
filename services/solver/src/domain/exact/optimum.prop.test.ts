import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignCount } from '@trimtab/testkit';
import type { ExactProblem } from './exact-problem.js';
import { exactProblemArbitrary } from './exact.fixture.js';
import { findOptimum } from './optimum.js';
import { pricesAt } from './prices.js';
import { proveOptimum } from './proof.js';

const SEED = 20260718;

/** The caps, in words of their own: nothing of the code under test decides what is feasible. */
function keepsCaps(problem: ExactProblem, weights: readonly number[]): boolean {
  const sumWhere = (matches: (item: ExactProblem['items'][number]) => boolean): number =>
    weights.reduce((sum, weight, rank) => {
      const item = problem.items[rank];
      return item !== undefined && matches(item) ? sum + weight : sum;
    }, 0);
  return (
    sumWhere(() => true) <= problem.totalLimitBps &&
    sumWhere(({ exotic }) => exotic) <= problem.exoticLimitBps &&
    problem.protocols.every(
      ({ limitBps }, index) => sumWhere(({ protocol }) => protocol === index) <= limitBps,
    )
  );
}

/** Tries all weights in the order of the items, the greatest first, and keeps the first best. */
function bestOfAll(problem: ExactProblem): readonly number[] {
  const { items } = problem;
  let best: readonly number[] = items.map(() => 0);
  let most = 0;
  const visit = (weights: readonly number[], earned: number): void => {
    const item = items[weights.length];
    if (item === undefined) {
      if (earned > most) [best, most] = [weights, earned];
      return;
    }
    for (let weight = item.limitBps; weight >= 0; weight -= 1) {
      const next = [...weights, weight];
      if (keepsCaps(problem, next)) visit(next, earned + weight * item.scoreBps);
    }
  };
  visit([], 0);
  return best;
}

describe('the optimum', () => {
  it('is the first in the order of the weights among the best of all weights there are', () => {
    fc.assert(
      fc.property(exactProblemArbitrary({ items: 6, limit: 3, score: 3 }), (problem) => {
        expect(findOptimum(problem).weights).toEqual(bestOfAll(problem));
      }),
      { seed: SEED, numRuns: campaignCount(400, 6000) },
    );
  });

  it('is proven by its prices, whatever the program', () => {
    fc.assert(
      fc.property(exactProblemArbitrary({ items: 40, limit: 3000, score: 900 }), (problem) => {
        const { weights, exoticPriceBps } = findOptimum(problem);
        expect(proveOptimum(problem, weights, pricesAt(problem, exoticPriceBps)).ok).toBe(true);
      }),
      { seed: SEED, numRuns: campaignCount(500, 20_000) },
    );
  });

  it('does not depend on the hint', () => {
    fc.assert(
      fc.property(
        exactProblemArbitrary({ items: 12, limit: 40, score: 12 }),
        fc.oneof(fc.integer({ min: -2, max: 15 }), fc.double()),
        (problem, hint) => {
          expect(findOptimum(problem, hint)).toEqual(findOptimum(problem));
        },
      ),
      { seed: SEED, numRuns: campaignCount(300, 5000) },
    );
  });
});
