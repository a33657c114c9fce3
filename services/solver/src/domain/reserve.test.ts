import { describe, expect, it } from 'vitest';
import { present } from '@trimtab/core';
import { reserveBps } from './reserve.js';
import { scoreOf } from './score.js';
import { policyOf, strategyInput } from './solver.fixture.js';

const scoresOf = (...operational: readonly number[]) =>
  operational.map((operationalComplexityBps, index) => ({
    score: present(
      scoreOf(strategyInput(`s${index}`, {}, { operationalComplexityBps })),
      'it has a snapshot',
    ),
  }));
const reserve = (minLiquidReserveBps: number, ...operational: readonly number[]): number =>
  reserveBps(policyOf({ minLiquidReserveBps }), scoresOf(...operational));

describe('reserve', () => {
  it('is the minimum when every strategy is healthy', () => {
    expect(reserve(1000, 0, 499)).toBe(1000);
  });

  it('rises by 100 for each strategy with an operational haircut of 500 or more', () => {
    expect(reserve(1000, 499, 500)).toBe(1100);
    expect(reserve(1000, 500, 501)).toBe(1200);
  });

  it('stops at 3000', () => {
    expect(reserve(2900, 500)).toBe(3000);
    expect(reserve(2901, 500)).toBe(3000);
    expect(reserve(3000, 500)).toBe(3000);
  });

  it('is 0 for a policy without one', () => {
    expect(reserve(0)).toBe(0);
  });
});
