import { instant } from '@trimtab/core';
import type { IntentSpec } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import {
  baseOf,
  choosesSeries,
  NO_INDEX,
  refuseIndex,
  wantedSeries,
  type IndexRuntime,
} from './index-runtime.js';
import { fromKeptRuntime, NO_RUNTIME, type Runtime } from './runtime.js';

const HELD = 'BTC-30000-20180504';
const NEXT = 'BTC-31000-20180505';
const spec = (kind: IntentSpec['allocation']['kind'] = 'index') =>
  ({ ticker: 'BTC/USDC', allocation: { kind } }) as IntentSpec;
const index = (change: Partial<IndexRuntime> = {}): IndexRuntime => ({
  ...NO_INDEX,
  seriesId: HELD,
  openTime: instant(1),
  index: '1',
  nextSeriesId: NEXT,
  nextTrigger: 'PRICE',
  nextTime: instant(2),
  ...change,
});

describe('the series of a runtime that must be priced', () => {
  it('are the held and the next one, each once', () => {
    expect(wantedSeries(undefined)).toEqual([]);
    expect(wantedSeries(NO_INDEX)).toEqual([]);
    expect(wantedSeries(index())).toEqual([HELD, NEXT]);
    expect(wantedSeries(index({ nextSeriesId: HELD }))).toEqual([HELD]);
    expect(wantedSeries(index({ seriesId: undefined }))).toEqual([NEXT]);
  });

  it.each([
    ['the first one', undefined, index(), true],
    ['another one', index(), index({ nextSeriesId: HELD }), true],
    ['the same one', index(), index({ deferralCount: 1 }), false],
    ['none', index(), index({ nextSeriesId: undefined }), false],
    ['nothing at all', index(), undefined, false],
  ])('change by choosing %s', (_what, before, after, expected) => {
    expect(choosesSeries(before, after)).toBe(expected);
  });
});

describe('a report of the index', () => {
  const fieldsOf = (reported: IndexRuntime | undefined, of = spec()) =>
    refuseIndex(reported, of)?.violations.map(({ field }) => field);

  it('fits its intent, or is absent', () => {
    expect(fieldsOf(undefined)).toBeUndefined();
    expect(fieldsOf(undefined, spec('solver'))).toBeUndefined();
    expect(fieldsOf(NO_INDEX)).toBeUndefined();
    expect(fieldsOf(index())).toBeUndefined();
    expect(baseOf(spec())).toBe('BTC');
  });

  it('is none of an intent with another allocation, naming it', () => {
    expect(fieldsOf(NO_INDEX, spec('targetWeights'))).toEqual(['runtime.index']);
    expect(refuseIndex(NO_INDEX, spec('solver'))?.message).toContain('solver');
  });

  it('names every field that does not fit at once', () => {
    const foreign = { seriesId: 'ETH-1-20180504', nextSeriesId: 'BTC' };
    expect(fieldsOf(index({ ...foreign, openTime: undefined, nextTime: undefined }))).toEqual([
      'runtime.index.series_id',
      'runtime.index.next_series_id',
      'runtime.index.open_time',
      'runtime.index.next_time',
    ]);
  });
});

describe('a runtime that was kept as JSON', () => {
  it('reads back as it was, field by field in one order, whatever the store made of it', () => {
    const runtime = { ...NO_RUNTIME, index: index(), totalRolls: 3 };
    const text = JSON.stringify(runtime);
    const turned = (value: object) => Object.fromEntries(Object.entries(value).reverse());
    const stored = JSON.parse(text) as typeof runtime;
    const kept = turned({ ...stored, index: turned(stored.index) });
    expect(JSON.stringify(fromKeptRuntime(kept))).toBe(text);
  });

  it('has what its time did not know at its start', () => {
    expect(fromKeptRuntime({})).toEqual(NO_RUNTIME);
    const kept = JSON.parse('{"index":{"unitCount":"5"}}') as Partial<Runtime>;
    expect(fromKeptRuntime(kept).index).toEqual({ ...NO_INDEX, unitCount: '5' });
  });
});
