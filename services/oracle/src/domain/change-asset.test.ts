import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { Asset, AssetDraft } from './asset.js';
import { changeAsset } from './change-asset.js';

const asset: Asset = {
  assetId: 'WBTC',
  decimals: 8,
  lot: 100n,
  minimumOrder: 200n,
  maxAgeSeconds: 30,
  heartbeatSeconds: 40,
  deviationBps: 5,
  quorumCount: 1,
  outlierBps: 100,
  breakerBps: 500,
  publishers: ['a'],
  denomination: false,
  version: 1n,
  createTime: instant(0),
  updateTime: instant(0),
};
const draft: AssetDraft = {
  assetId: 'WBTC',
  decimals: 0,
  lot: '',
  minimumOrder: '',
  maxAgeSeconds: undefined,
  heartbeatSeconds: undefined,
  deviationBps: undefined,
  quorumCount: undefined,
  outlierBps: undefined,
  breakerBps: undefined,
  publishers: [],
};

describe('an asset update', () => {
  it('without a mask changes the fields that are set and no other', () => {
    const changed = changeAsset(asset, { ...draft, lot: '7', deviationBps: 0 }, undefined);
    expect(changed).toMatchObject({
      ok: true,
      value: { lot: 7n, deviationBps: 0, minimumOrder: 200n, quorumCount: 1, publishers: ['a'] },
    });
  });

  it('with a mask changes the named fields alone, and an unset one to its default', () => {
    const full = { ...draft, lot: '7', minimumOrder: '9' };
    const changed = changeAsset(asset, full, ['lot', 'max_age_seconds', 'publishers']);
    expect(changed).toMatchObject({
      ok: true,
      value: { lot: 7n, maxAgeSeconds: 60, publishers: [], minimumOrder: 200n },
    });
  });

  it('refuses other decimals and takes the same ones', () => {
    expect(changeAsset(asset, { ...draft, decimals: 8 }, undefined).ok).toBe(true);
    const changed = changeAsset(asset, { ...draft, decimals: 9 }, undefined);
    expect(changed.ok ? [] : changed.error.map((one) => [one.field, one.reason])).toEqual([
      ['asset.decimals', 'FIELD_IMMUTABLE'],
    ]);
  });

  it('refuses a path that names no changeable field', () => {
    const changed = changeAsset(asset, draft, ['lot', 'asset_id', 'speed']);
    expect(changed.ok ? [] : changed.error.map((one) => [one.field, one.reason])).toEqual([
      ['update_mask.paths[1]', 'FIELD_IMMUTABLE'],
      ['update_mask.paths[2]', 'FIELD_INVALID'],
    ]);
  });

  it('checks the limits of the result together, not only the changed ones', () => {
    // One publisher is allowed and stays allowed: a quorum of 2 could never be reached.
    const changed = changeAsset(asset, { ...draft, quorumCount: 2 }, undefined);
    expect(changed.ok ? [] : changed.error.map(({ field }) => field)).toEqual([
      'asset.quorum_count',
    ]);
  });
});
