import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { Asset } from './asset.js';
import { baseOfHalf, halfViolations } from './series-terms.js';

const base: Asset = {
  assetId: 'WBTC',
  decimals: 8,
  lot: 10n,
  minimumOrder: 100n,
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 2,
  outlierBps: 200,
  breakerBps: 1000,
  publishers: [],
  denomination: false,
  version: 1n,
  createTime: instant(0),
  updateTime: instant(0),
};
const half = { ...base, assetId: 'P-BTC-30000-20260801', publishers: ['engine'], quorumCount: 1 };

describe('the base of a half', () => {
  it.each([
    ['P-BTC-30000-20260801', 'WBTC'],
    ['N-ETH-1-20260801', 'WETH'],
    ['N-LTC-12-20260801', 'LTC'],
  ])('of %s is %s, by its alias where it has one', (assetId, baseAssetId) => {
    expect(baseOfHalf(assetId)).toEqual({ ok: true, value: baseAssetId });
  });

  it.each([
    'WBTC',
    'BTC-30000-20260801',
    'Q-BTC-30000-20260801',
    'P-BTC-030000-20260801',
    'P-BTC-30000.5-20260801',
    'P-BTC-30000-20260231',
    'P-BTC-30000-20260801-X',
  ])('is nothing for %s, which is no half', (assetId) => {
    expect(baseOfHalf(assetId)).toMatchObject({ ok: false });
  });
});

describe('the terms of a half', () => {
  it('are those of its base; how its price is made is its own', () => {
    expect(halfViolations({ ...half, breakerBps: 10_000, maxAgeSeconds: 5 }, base)).toEqual([]);
  });

  it('name every field that differs, and what it must be', () => {
    const other = { ...half, decimals: 6, lot: 1n, minimumOrder: 0n, publishers: [] };
    expect(halfViolations(other, base).map(({ field, message }) => `${field} ${message}`)).toEqual([
      'asset.decimals was 6, must be 8 as of WBTC, which the series splits',
      'asset.lot was 1, must be 10 as of WBTC, which the series splits',
      'asset.minimum_order was 0, must be 100 as of WBTC, which the series splits',
      'asset.publishers was empty, must name who prices the half of a series',
    ]);
  });
});
