import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { AssetRecord } from '../../domain/asset-record.js';
import { createPriceView } from './price-view.js';

const MAX_AGE = 30_000;

/** An asset that was observed and published at a time, or that nobody observed. */
function recordOf(assetId: string, observed: number | undefined, change = 1n): AssetRecord {
  const price = { digits: 100n, scale: 0 };
  const seen = observed === undefined ? [] : [instant(observed)];
  return {
    asset: {
      assetId,
      decimals: 8,
      lot: 1n,
      minimumOrder: 0n,
      maxAgeSeconds: MAX_AGE / 1000,
      heartbeatSeconds: 20,
      deviationBps: 10,
      quorumCount: 1,
      outlierBps: 200,
      breakerBps: 1000,
      publishers: [],
      denomination: false,
      version: 1n,
      createTime: instant(0),
      updateTime: instant(0),
    },
    latest: seen.map((observeTime) => ({
      ...{ kind: 'PRICE', publisher: 'a', assetId, price, confidence: undefined },
      ...{ observeTime, sequence: 1n },
    })),
    quotes: [],
    last: seen.map((publishTime) => ({
      ...{ price, confidence: price, publishers: ['a'], dropped: [], evidence: [], publishTime },
    }))[0],
    held: undefined,
    state: 'HEALTHY',
    stateReason: '',
    sequence: 1n,
    change,
  };
}

const viewOf = (records: readonly AssetRecord[], lookedAt?: number) => {
  const view = createPriceView(() => Promise.resolve([]));
  view.apply(records, lookedAt === undefined ? undefined : instant(lookedAt));
  return view;
};
const dueAt = (view: ReturnType<typeof viewOf>, time: number) =>
  view.due(instant(time)).map(({ asset }) => asset.assetId);

describe('what is due', () => {
  it('is a record that nobody has looked at, until somebody has', () => {
    const view = viewOf([recordOf('A', 0)]);
    expect(dueAt(view, 0)).toEqual(['A']);
    for (const record of view.due(instant(0))) view.looked(record, instant(0));
    expect(dueAt(view, 19_999)).toEqual([]);
    expect(dueAt(view, 20_000)).toEqual(['A']);
  });

  it('is never again an asset whose observations have all expired, until it is observed', () => {
    const view = viewOf([recordOf('A', 0), recordOf('B', undefined)], MAX_AGE + 1);
    expect(dueAt(view, 1_000_000 * MAX_AGE)).toEqual([]);
    view.apply([recordOf('A', MAX_AGE + 2, 2n)], instant(MAX_AGE + 2));
    expect(dueAt(view, MAX_AGE + 2 + 20_000)).toEqual(['A']);
  });

  it('is not rescheduled by a look at a record that has changed since', () => {
    const view = viewOf([recordOf('A', 0)]);
    const [before] = view.due(instant(0));
    view.apply([recordOf('A', 5, 2n)]);
    if (before !== undefined) view.looked(before, instant(0));
    expect(dueAt(view, 0)).toEqual(['A']);
  });
});

describe('a page', () => {
  it('is by asset id, in whatever order assets became known', () => {
    const view = viewOf(['M', 'Z', 'B'].map((assetId) => recordOf(assetId, 0)));
    view.apply([recordOf('A', 0)]);
    view.apply([recordOf('N', 0)]);
    const ids = (afterAssetId: string, limit: number) =>
      view.page({ afterAssetId, limit }).map(({ asset }) => asset.assetId);
    expect(ids('', 10)).toEqual(['A', 'B', 'M', 'N', 'Z']);
    expect(ids('B', 2)).toEqual(['M', 'N']);
  });
});
