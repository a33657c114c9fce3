import { describe, expect, it } from 'vitest';
import { isAffordable, rollCostBps } from './roll-cost.js';

describe('the cost of a roll', () => {
  it.each([
    [10_000n, 9_990n, 10],
    [10_000n, 10_000n, 0],
    [10_000n, 10_005n, -5],
    // halves upwards: 0.5 is 1, 1.5 is 2
    [20_000n, 19_999n, 1],
    [20_000n, 19_997n, 2],
    [30_000n, 29_999n, 0],
  ])('from %i to %i is %i bps', (before, after, bps) => {
    expect(rollCostBps(before, after)).toBe(bps);
  });

  it('of nothing is no cost in bps', () => {
    expect(() => rollCostBps(0n, 0n)).toThrow();
  });

  it('is affordable up to the limit, the limit included', () => {
    expect([isAffordable(9, 10), isAffordable(10, 10), isAffordable(11, 10)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
