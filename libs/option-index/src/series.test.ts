import { instant, parseInstant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import {
  maturityAfter,
  parseSeriesAssetId,
  parseSeriesId,
  seriesAssetId,
  seriesId,
} from './series.js';

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('a series', () => {
  const series = { base: 'BTC', strike: 30_000n, maturity: at('2026-08-01T08:00:00Z') };

  it('is an asset of leg, base, strike and day', () => {
    expect(seriesAssetId('P', series)).toBe('P-BTC-30000-20260801');
    expect(seriesAssetId('N', series)).toBe('N-BTC-30000-20260801');
  });

  it('is read back from its asset id', () => {
    expect(parseSeriesAssetId('N-BTC-30000-20260801')).toEqual({
      ok: true,
      value: { leg: 'N', series },
    });
  });

  it('has an id without its half, which is read back as well', () => {
    expect(seriesId(series)).toBe('BTC-30000-20260801');
    expect(parseSeriesId('BTC-30000-20260801')).toEqual({ ok: true, value: series });
    expect(parseSeriesId('P-BTC-30000-20260801').ok).toBe(false);
  });

  it.each([
    'WBTC',
    'P-BTC-030000-20260801',
    'P-BTC-0-20260801',
    'P-BTC-30000.5-20260801',
    'P-BTC-30000-20260230',
    'Q-BTC-30000-20260801',
    'P-B-30000-20260801',
    'P-BTC-30000-20260801-',
    '',
  ])('is not %j', (assetId) => {
    expect(parseSeriesAssetId(assetId).ok).toBe(false);
  });

  it.each([
    ['2026-07-02T00:00:00Z', 30, '2026-08-01T08:00:00Z'],
    ['2026-07-02T23:59:59.999Z', 30, '2026-08-01T08:00:00Z'],
    ['2026-07-03T00:00:00Z', 30, '2026-08-02T08:00:00Z'],
    ['2027-12-31T12:00:00Z', 1, '2028-01-01T08:00:00Z'],
    ['2028-02-28T09:00:00Z', 1, '2028-02-29T08:00:00Z'],
  ])('opened at %s for %i days matures at %s', (now, days, maturity) => {
    expect(maturityAfter(at(now), days)).toBe(at(maturity));
  });

  it('opened today for no days matures today, whatever the hour', () => {
    expect(maturityAfter(instant(0), 0)).toBe(28_800_000);
  });
});
