import { describe, expect, it } from 'vitest';
import type { ExactProblem } from './exact-problem.js';
import { judgeAnswer, linearProgramOf, type LinearAnswer } from './linear-program.js';

/** One plain and one exotic strategy of one protocol; the exotic cap and the protocol's bind. */
const problem: ExactProblem = {
  items: [
    {
      ...{ strategyId: 'a', scoreBps: 600, limitBps: 4000, limitedBy: 'STRATEGY' },
      ...{ otherLimitBps: 9000, protocol: 0, exotic: true },
    },
    {
      ...{ strategyId: 'b', scoreBps: 300, limitBps: 4000, limitedBy: 'STRATEGY' },
      ...{ otherLimitBps: 9000, protocol: 0, exotic: false },
    },
  ],
  protocols: [{ name: 'p', limitBps: 3000, limitedBy: 'PROTOCOL' }],
  exoticLimitBps: 1000,
  totalLimitBps: 9000,
};

/** Rows: all together, exotic, protocol. 1000 · 600 + 2000 · 300 = 1000 · 300 + 3000 · 300. */
const answer: LinearAnswer = {
  values: [1000, 2000],
  columnPrices: [0, 0],
  rowPrices: [0, 300, 300],
};

describe('the linear program', () => {
  it('has a column for each strategy and a row for each shared cap', () => {
    expect(linearProgramOf(problem)).toEqual({
      columns: [
        { worth: 600, limit: 4000 },
        { worth: 300, limit: 4000 },
      ],
      rows: [
        { limit: 9000, members: [0, 1] },
        { limit: 1000, members: [0] },
        { limit: 3000, members: [0, 1] },
      ],
    });
  });

  it('is proven by an answer whose weights and prices are worth the same', () => {
    const proven = { provenObjective: 1_200_000n, exoticPriceBps: 300 };
    expect(judgeAnswer(problem, answer)).toEqual(proven);
    const almost = { ...answer, values: [999.99995, 2000.00005], columnPrices: [-0.00001, 0] };
    expect(judgeAnswer(problem, almost)).toEqual(proven);
  });

  it.each([
    ['a weight between two bps', { values: [999.999, 2000] }, 'weight of a is 999.999'],
    ['a weight above its limit', { values: [4001, 2000] }, 'weight of a is 4001'],
    ['too much exotic', { values: [1001, 1999] }, 'exotic strategies have 1001'],
    ['too much of a protocol', { values: [1000, 2001] }, 'protocol p is above'],
    ['a worse optimum', { values: [1000, 1999] }, 'the weights earn 1199700'],
    ['prices that do not cover', { rowPrices: [0, 299, 300] }, 'do not cover a'],
    ['prices that cover too much', { rowPrices: [0, 301, 300] }, 'the limits cost 1201000'],
    ['a negative price', { rowPrices: [-1, 301, 301] }, 'not a whole number of 0 or more'],
  ] as const)('is not proven by %s', (_what, changes, fault) => {
    const judged = judgeAnswer(problem, { ...answer, ...changes });
    expect(judged.provenObjective).toBeUndefined();
    expect(judged.fault).toContain(fault);
  });
});
