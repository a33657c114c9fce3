import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskContributionBps } from './covariance.js';
import { maximumDrawdownBps } from './drawdown.js';
import { excessHaircut } from './excess-haircut.js';
import { floorSqrt } from './floor-sqrt.js';
import { impactBps } from './impact.js';
import { coSpread } from './moments.js';
import { slippageQuantileBps } from './slippage-quantile.js';
import { turnoverBps } from './turnover.js';
import { volatilityBps } from './volatility.js';

const SEED = 20260718;
const series = (...returns: readonly number[]): readonly bigint[] => returns.map(BigInt);

describe('the integer square root', () => {
  it.each([
    [0n, 0n],
    [1n, 1n],
    [2n, 1n],
    [3n, 1n],
    [4n, 2n],
    [99n, 9n],
    [100n, 10n],
    [10n ** 40n - 1n, 10n ** 20n - 1n],
    [10n ** 40n, 10n ** 20n],
  ])('of %s is %s', (value, root) => {
    expect(floorSqrt(value)).toBe(root);
  });

  it('is the largest integer whose square is at most the value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), (value) => {
        const root = floorSqrt(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('has none below 0', () => {
    expect(() => floorSqrt(-1n)).toThrow('a square root is of 0 or more');
  });
});

describe('an excess', () => {
  // max(0, 130 − 100) · 2500 / 10 000 = 7.5, half up 8.
  it.each([
    [100, 0],
    [101, 0],
    [102, 1],
    [130, 8],
    [-5, 0],
  ])('of a measure of %i above 100 at a price of 2500 takes %i off', (measured, haircut) => {
    expect(excessHaircut(measured, { thresholdBps: 100, priceBps: 2500 })).toBe(haircut);
  });
});

describe('volatility', () => {
  // 10, 20, 30: n·Σr² − (Σr)² = 3·1400 − 60² = 600, over n(n−1) = 6 gives a variance of 100.
  it('of 10, 20, 30 is 10 per period and 20 over four of them', () => {
    expect(coSpread(series(10, 20, 30), series(10, 20, 30))).toBe(600n);
    expect(volatilityBps(series(10, 20, 30), 1)).toBe(10);
    expect(volatilityBps(series(10, 20, 30), 4)).toBe(20);
  });

  // 100, −100: variance 20 000, √20 000 = 141.42…; of a year of 2 periods √40 000 = 200 exactly.
  it('is rounded down, once', () => {
    expect(volatilityBps(series(100, -100), 1)).toBe(141);
    expect(volatilityBps(series(100, -100), 2)).toBe(200);
  });

  it('of a constant return is 0', () => {
    expect(volatilityBps(series(50, 50, 50), 365)).toBe(0);
  });

  it('of several strategies together is that of their mean', () => {
    expect(volatilityBps(series(20, 40, 60), 1, 2)).toBe(10);
  });
});

describe('the contribution to the risk of all together', () => {
  // a = 10, 20, 30 and h = 60, 40, 20 make p = 70, 60, 50 with a variance of 100, so σ = 10.
  // cov(a, p) = (3·3400 − 60·180)/6 = −100, so a takes 10 off; cov(h, p) = 200, so h adds 20.
  const a = series(10, 20, 30);
  const h = series(60, 40, 20);
  const together = series(70, 60, 50);

  it('of a hedge is negative, and the contributions sum to the volatility', () => {
    expect(riskContributionBps(a, together, 1)).toBe(-10);
    expect(riskContributionBps(h, together, 1)).toBe(20);
    expect(volatilityBps(together, 1)).toBe(10);
  });

  it('per year grows with the root of the periods', () => {
    expect(riskContributionBps(h, together, 4)).toBe(40);
    expect(riskContributionBps(a, together, 4)).toBe(-20);
  });

  it('of the only strategy is its volatility, and 0 when nothing moves', () => {
    expect(riskContributionBps(a, a, 1)).toBe(10);
    expect(riskContributionBps(a, series(7, 7, 7), 1)).toBe(0);
  });
});

describe('the maximum drawdown', () => {
  it.each([
    // 1 → 1.1 → 0.55 → 0.6875: half of the peak is lost, although the rest rises again.
    [[1000, -5000, 2500], 5000],
    // A fall of 20 % after a new peak is deeper than one of 10 % before it.
    [[-1000, 2000, -2000], 2000],
    // The start is a peak.
    [[-1], 1],
    // 0.9999² = 0.99980001: 1.9999 bps are 2.
    [[-1, -1], 2],
    // 1.0001 · 0.9999: a peak that is reached again ends the fall, one that is missed does not.
    [[-5000, 10_000, -4999], 5000],
    [[-10_000, 100_000], 10_000],
    [[5, 0, 5], 0],
  ])('of %j is %i', (returns, drawdown) => {
    expect(maximumDrawdownBps(series(...returns))).toBe(drawdown);
  });

  it('of two strategies together is that of their mean', () => {
    expect(maximumDrawdownBps(series(-100), 2)).toBe(50);
  });
});

describe('the price impact', () => {
  // A tenth of a NAV of 1 000 000 into a side of 900 000: 100 000 / 1 000 000 = 1000 bps.
  const trade = { nav: 1_000_000n, liveWeightBps: 0, wantedWeightBps: 1000, poolDepth: 900_000n };

  it.each([
    ['nothing', {}, 1000],
    ['a smaller pool', { poolDepth: 899_999n }, 1001],
    ['a larger pool', { poolDepth: 900_001n }, 1000],
    ['hardly a pool', { poolDepth: 1n }, 10_000],
    ['a trade of 1', { nav: 10n }, 1],
    ['a trade below 1', { nav: 9n }, 0],
    ['all of it held', { liveWeightBps: 1000 }, 0],
    ['half of it held', { liveWeightBps: 500 }, 527],
    ['half as much to sell', { liveWeightBps: 1500 }, 527],
  ])('with %s changed is as computed by hand', (_what, change, impact) => {
    expect(impactBps({ ...trade, ...change })).toBe(impact);
  });
});

describe('the quantile of slippage', () => {
  // Of 1 to 5 the half is at place ceil(2.5) = 3, and 4000 exactly at place 2.
  it.each([
    [1, 1],
    [2000, 1],
    [2001, 2],
    [4000, 2],
    [4001, 3],
    [5000, 3],
    [8000, 4],
    [8001, 5],
    [10_000, 5],
  ])('%i of 5, 1, 3, 2, 4 is %i', (quantile, slippage) => {
    expect(slippageQuantileBps([5, 1, 3, 2, 4], quantile)).toBe(slippage);
  });

  it('of nothing is unknown', () => {
    expect(slippageQuantileBps([], 9500)).toBeUndefined();
  });
});

describe('the turnover penalty', () => {
  // 100 · (4000 − 1000) / 4000 = 75.
  it.each([
    [0, 4000, 100],
    [1000, 4000, 75],
    [3999, 4000, 0],
    [4000, 4000, 0],
    [4001, 4000, 0],
    // More than the cap is held: that earns nothing back.
    [8000, 4000, 0],
    [0, 0, 100],
    [1, 2, 50],
  ])('with %i of a cap of %i held is %i', (live, cap, penalty) => {
    expect(turnoverBps(100, live, cap)).toBe(penalty);
  });

  it('rounds the half up', () => {
    expect(turnoverBps(1, 1, 2)).toBe(1);
  });
});
