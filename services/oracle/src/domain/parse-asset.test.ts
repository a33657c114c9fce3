import { describe, expect, it } from 'vitest';
import type { AssetDraft } from './asset.js';
import { parseAsset } from './parse-asset.js';

const draft: AssetDraft = {
  assetId: 'WBTC',
  decimals: 8,
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

describe('an asset registration', () => {
  it('takes the defaults of the rules for every limit that it leaves out', () => {
    const parsed = parseAsset(draft);
    expect(parsed).toEqual({
      ok: true,
      value: {
        assetId: 'WBTC',
        decimals: 8,
        lot: 1n,
        minimumOrder: 0n,
        maxAgeSeconds: 60,
        heartbeatSeconds: 60,
        deviationBps: 10,
        quorumCount: 2,
        outlierBps: 200,
        breakerBps: 1000,
        publishers: [],
      },
    });
  });

  it('keeps a limit of 0 apart from an absent one', () => {
    const parsed = parseAsset({ ...draft, deviationBps: 0 });
    expect(parsed.ok && parsed.value.deviationBps).toBe(0);
  });

  it('sorts the publishers, because their order means nothing', () => {
    const parsed = parseAsset({ ...draft, publishers: ['b', 'a', 'C'] });
    expect(parsed.ok && parsed.value.publishers).toEqual(['C', 'a', 'b']);
  });

  const boundaries: readonly (readonly [string, Partial<AssetDraft>, Partial<AssetDraft>])[] = [
    ['asset_id', { assetId: 'P-BTC-60000.5-20300101' }, { assetId: 'wbtc' }],
    ['asset_id', { assetId: 'A'.repeat(64) }, { assetId: 'A'.repeat(65) }],
    ['asset_id', { assetId: '1INCH' }, { assetId: '-INCH' }],
    ['decimals', { decimals: 0 }, { decimals: -1 }],
    ['decimals', { decimals: 27 }, { decimals: 28 }],
    ['lot', { lot: '1' }, { lot: '0' }],
    ['lot', { lot: `${10n ** 77n - 1n}` }, { lot: `${10n ** 77n}` }],
    ['minimum_order', { minimumOrder: '0' }, { minimumOrder: '-1' }],
    ['max_age_seconds', { maxAgeSeconds: 1 }, { maxAgeSeconds: 0 }],
    ['heartbeat_seconds', { heartbeatSeconds: 1 }, { heartbeatSeconds: 0 }],
    ['deviation_bps', { deviationBps: 0 }, { deviationBps: -1 }],
    ['deviation_bps', { deviationBps: 10_000 }, { deviationBps: 10_001 }],
    ['quorum_count', { quorumCount: 1 }, { quorumCount: 0 }],
    ['outlier_bps', { outlierBps: 1 }, { outlierBps: 0 }],
    ['outlier_bps', { outlierBps: 10_000 }, { outlierBps: 10_001 }],
    ['breaker_bps', { breakerBps: 1 }, { breakerBps: 0 }],
    ['breaker_bps', { breakerBps: 10_000 }, { breakerBps: 10_001 }],
    [
      'quorum_count',
      { quorumCount: 2, publishers: ['a', 'b'] },
      { quorumCount: 3, publishers: ['a', 'b'] },
    ],
  ];
  it.each(boundaries)('bounds %s: takes %j and refuses %j', (field, allowed, refused) => {
    expect(parseAsset({ ...draft, ...allowed }).ok).toBe(true);
    const parsed = parseAsset({ ...draft, ...refused });
    expect(parsed.ok ? [] : parsed.error.map((one) => [one.field, one.reason])).toEqual([
      [`asset.${field}`, 'FIELD_INVALID'],
    ]);
  });

  it.each(['010', '1.5', '1e3', ' 1', '+1'])('refuses "%s" as an integer in base units', (text) => {
    const parsed = parseAsset({ ...draft, lot: text, minimumOrder: text });
    expect(parsed.ok ? [] : parsed.error.map((one) => [one.field, one.reason])).toEqual([
      ['asset.lot', 'DECIMAL_NOT_CANONICAL'],
      ['asset.minimum_order', 'DECIMAL_NOT_CANONICAL'],
    ]);
  });

  it('names a publisher that is listed twice or cannot be one, by its place', () => {
    const parsed = parseAsset({ ...draft, publishers: ['a', 'a', 'with space', ''] });
    expect(parsed.ok ? [] : parsed.error.map((one) => [one.field, one.reason])).toEqual([
      ['asset.publishers[1]', 'DUPLICATE_ID'],
      ['asset.publishers[2]', 'FIELD_INVALID'],
      ['asset.publishers[3]', 'FIELD_INVALID'],
    ]);
  });

  it('repeats at most 64 characters of a bad value', () => {
    const bad = { assetId: 'x'.repeat(65), publishers: [' '.repeat(300)], quorumCount: 1 };
    const parsed = parseAsset({ ...draft, ...bad, lot: `0${'1'.repeat(80)}` });
    const cut = ['x'.repeat(64), `0${'1'.repeat(63)}`, ' '.repeat(64)];
    const messages = parsed.ok ? [] : parsed.error.map(({ message }) => message);
    expect(messages.map((message) => message.split(',')[0])).toEqual(
      cut.map((text) => `was "${text}…"`),
    );
  });

  it('reports all bad fields at once, and an absent id as required', () => {
    const parsed = parseAsset({ ...draft, assetId: '', decimals: 28, outlierBps: 0 });
    expect(parsed.ok ? [] : parsed.error).toEqual([
      {
        field: 'asset.asset_id',
        reason: 'FIELD_REQUIRED',
        message: 'was empty, must be an asset id such as WBTC',
      },
      { field: 'asset.decimals', reason: 'FIELD_INVALID', message: 'was 28, must be 0 to 27' },
      { field: 'asset.outlier_bps', reason: 'FIELD_INVALID', message: 'was 0, must be 1 to 10000' },
    ]);
  });
});
