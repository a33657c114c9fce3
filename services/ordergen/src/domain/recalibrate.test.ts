import { describe, expect, it } from 'vitest';
import { fill, programOf, remainingAmounts, started, step } from './fold.fixture.js';

const AMPLE = 9_999n;
const worked = programOf({
  sells: [
    [2_100n, AMPLE],
    [1_260n, AMPLE],
    [840n, AMPLE],
  ],
  buys: [2_520n, 1_680n],
});

describe('a failed sell', () => {
  it('is shared by both legs: f = 1/3 raises sells to 1680, 1120 and cuts buys to the same', () => {
    const { state, recalibration } = step(worked, started(worked), 0n);
    expect(remainingAmounts(worked, state)).toEqual([1_680n, 1_120n, 1_680n, 1_120n]);
    expect(recalibration).toEqual({
      failed: 2_100n,
      factor: '0.333333333333333333', // 2100 / (2100 + 4200), floored
      sellsBefore: 2_100n,
      sellsAfter: 2_800n,
      buysBefore: 4_200n,
      buysAfter: 2_800n,
      pins: [],
      residual: 0n,
    });
  });

  it('and a second one is shared by what is left: f = 3/7 gives sell 1600, buys 960 and 640', () => {
    const first = step(worked, started(worked), 0n).state;
    const { state, recalibration } = step(worked, first, 0n);
    expect(remainingAmounts(worked, state)).toEqual([1_600n, 960n, 640n]);
    expect(recalibration?.factor).toBe('0.428571428571428571');
  });

  it('never raises a sell above its cap: [60, 400] pins the first, the rest is shared again', () => {
    const program = programOf({
      cash: 80n,
      sells: [
        [100n, 100n],
        [60n, 60n],
        [40n, 400n],
      ],
      buys: [120n, 80n],
    });
    const { state, recalibration } = step(program, started(program), 0n);
    expect(remainingAmounts(program, state)).toEqual([60n, 56n, 69n, 47n]);
    expect(recalibration).toMatchObject({
      pins: [{ index: 1, amount: 60n }],
      factor: '0.416666666666666666', // 100 / (40 + 200): the pinned sell has no part in it
      sellsBefore: 100n,
      sellsAfter: 116n,
      buysAfter: 116n,
    });
  });

  it('pins a sell only when its share is strictly above its cap', () => {
    // up = floor(100·100/300) = 33: each of the two would raise 66.5, the cap 66 is passed, 67 is not
    const at = (cap: bigint): number | undefined => {
      const program = programOf({
        sells: [
          [100n, 100n],
          [50n, cap],
          [50n, 1_000n],
        ],
        buys: [200n],
      });
      return step(program, started(program), 0n).recalibration?.pins.length;
    };
    expect([at(66n), at(67n)]).toEqual([1, 0]);
  });

  it('pins the lower index first when cap ratios are equal', () => {
    const program = programOf({
      sells: [
        [1_000n, 1_000n],
        [7n, 9n],
        [70n, 90n],
        [700n, 9_000n],
      ],
      buys: [1_777n],
    });
    const { recalibration } = step(program, started(program), 0n);
    expect(recalibration?.pins).toEqual([
      { index: 1, amount: 9n },
      { index: 2, amount: 90n },
    ]);
  });

  it('with no sells left is taken by the buys', () => {
    const program = programOf({ sells: [[100n, 100n]], buys: [60n, 40n] });
    const { state } = step(program, started(program), 30n);
    expect(remainingAmounts(program, state)).toEqual([18n, 12n]); // 100 - 70
  });

  it('with no buys left is raised by the sells', () => {
    const program = programOf({
      sells: [
        [100n, 100n],
        [10n, 1_000n],
      ],
      buys: [],
    });
    const { state } = step(program, started(program), 0n);
    expect(remainingAmounts(program, state)).toEqual([110n]);
  });

  it('with nothing left is residual and has no factor', () => {
    const program = programOf({ sells: [[100n, 100n]], buys: [] });
    const { state, recalibration } = step(program, started(program), 0n);
    expect(state).toMatchObject({ residual: 100n, cash: 0n, state: 'COMPLETED_ADJUSTED' });
    expect(recalibration).toMatchObject({ residual: 100n, pins: [] });
    expect(recalibration).not.toHaveProperty('factor');
  });

  it('with everything pinned is taken by the buys, and what exceeds them is residual', () => {
    const program = programOf({
      sells: [
        [100n, 100n],
        [50n, 50n],
      ],
      buys: [30n],
    });
    const { state, recalibration } = step(program, started(program), 0n);
    expect(remainingAmounts(program, state).slice(0, 1)).toEqual([50n]);
    expect(recalibration).toMatchObject({
      buysAfter: 0n,
      residual: 70n,
      factor: '3.333333333333333333',
    });
  });
});

describe('a sell that fills', () => {
  it('makes no recalibration and rescales nothing', () => {
    const before = started(worked);
    const { state, recalibration } = fill(worked, before);
    expect(recalibration).toBeUndefined();
    expect(state.sells).toEqual({ base: 4_200n, total: 4_200n, seen: 2_100n, paid: 2_100n });
    expect(state.buys).toBe(before.buys);
  });

  it('leaves a price loss to the underlying down to its floor, then to the buys', () => {
    const program = programOf({ cash: 100n, floor: 60n, sells: [[100n, 100n]], buys: [100n] });
    // slip 50: 40 are above the floor, 10 shrink the buys
    const { state } = step(program, started(program), 100n, 50n);
    expect(state).toMatchObject({ cash: 150n, toUnderlying: -40n, residual: 0n });
    expect(remainingAmounts(program, state)).toEqual([90n]);
  });

  it('leaves a price gain to the underlying', () => {
    const program = programOf({ sells: [[100n, 100n]], buys: [100n] });
    const { state } = step(program, started(program), 100n, 130n);
    expect(state).toMatchObject({ cash: 130n, toUnderlying: 30n });
    expect(remainingAmounts(program, state)).toEqual([100n]);
  });
});

describe('the funding check', () => {
  it('cuts the buys that cash and sells cannot pay above the floor', () => {
    const program = programOf({ cash: 10n, floor: 5n, sells: [[10n, 10n]], buys: [12n, 8n] });
    expect(program).toMatchObject({ fundedBuys: 15n, targetCash: 5n });
    const state = fill(program, started(program)).state;
    expect(remainingAmounts(program, state)).toEqual([9n, 6n]);
  });

  it('lets buys that are just funded be', () => {
    expect(programOf({ cash: 15n, floor: 5n, sells: [[10n, 10n]], buys: [20n] }).fundedBuys).toBe(
      20n,
    );
  });

  it('drops what exceeds the buys', () => {
    const program = programOf({ floor: 100n, sells: [[10n, 10n]], buys: [5n] });
    expect(program).toMatchObject({ fundedBuys: 0n, targetCash: 10n });
  });

  it('comes with refusals: an amount above its cap, a negative amount, a negative floor', () => {
    expect(() => programOf({ sells: [[11n, 10n]], buys: [] })).toThrow(/action 0 was 11/);
    expect(() => programOf({ sells: [[10n, 10n]], buys: [-1n] })).toThrow(/action 1 was -1/);
    expect(() => programOf({ floor: -1n, sells: [], buys: [] })).toThrow(/floor was -1/);
  });
});
