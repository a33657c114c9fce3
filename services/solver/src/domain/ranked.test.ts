import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compare, sorted } from '@trimtab/core';
import { assess, type Candidate } from './candidates.js';
import { ranked } from './ranked.js';
import { bestFirst } from './score.js';
import { managerOf, scoring } from './solver.fixture.js';

const candidatesOf = (scores: readonly number[]): readonly Candidate[] => {
  const inputs = scores.map((_, index) => scoring(`s${String(index).padStart(3, '0')}`, 1));
  const byId = assess(inputs, managerOf(inputs)).candidates;
  return byId.map((candidate, index) => ({
    ...candidate,
    score: { ...candidate.score, scoreBps: scores[index] ?? 1 },
  }));
};
const idsOf = (candidates: readonly Candidate[]): readonly string[] =>
  candidates.map(({ strategy }) => strategy.strategyId);

describe('candidates in rank', () => {
  it('go by score from the greatest, and equal scores by id', () => {
    expect(idsOf(ranked(candidatesOf([5, 9, 5, 1])))).toEqual(['s001', 's000', 's002', 's003']);
    expect(ranked([])).toEqual([]);
  });

  it('go as a comparison of each two says, at every size of scores', () => {
    const score = fc.oneof(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    );
    fc.assert(
      fc.property(fc.array(score, { maxLength: 40 }), (scores) => {
        const candidates = candidatesOf(scores);
        expect(idsOf(ranked(candidates))).toEqual(
          idsOf(sorted(candidates, (left, right) => bestFirst(left.score, right.score))),
        );
      }),
      { seed: 20260718, numRuns: 500 },
    );
  });

  it('are those on the list, whatever the order of the list and of the strategies', () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a-d]{1,2}$/), { maxLength: 12 });
    fc.assert(
      fc.property(ids, ids, (given, allowedStrategies) => {
        const inputs = given.map((id) => scoring(id, 7));
        const { candidates, assessments } = assess(inputs, { allowedStrategies });
        const both = given.filter((id) => allowedStrategies.includes(id));
        expect(idsOf(candidates)).toEqual(sorted(both, compare));
        expect(assessments.map(({ strategyId }) => strategyId)).toEqual(sorted(given, compare));
      }),
      { seed: 20260718, numRuns: 500 },
    );
  });
});
