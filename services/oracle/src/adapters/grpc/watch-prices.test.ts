import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { PriceChange } from '../../application/ports.js';
import { watchPrices, type WatchDependencies } from './watch-prices.js';

function change(sequence: bigint): PriceChange {
  const state = { state: 'HEALTHY', stateReason: '', occurTime: instant(0) } as const;
  return { sequence, assetId: 'A', publication: undefined, ...state };
}

/** A log of the changes 5 to 7 of which `first` is the last that was pruned; `now` is read after `last`. */
function logOf(moments: {
  readonly first: bigint;
  readonly last: bigint;
  readonly now: readonly bigint[];
}): WatchDependencies {
  const log = [5n, 6n, 7n].map(change);
  let isFirstLook = true;
  const none = (): never => {
    throw new Error('not asked for');
  };
  return {
    view: {
      find: none,
      findOrLoad: none,
      page: () => [],
      denomination: none,
      due: none,
      looked: none,
      lastSequence: 7n,
      changed: () => Promise.resolve(),
    },
    history: {
      findChangeAt: none,
      findFirstChange: none,
      findSnapshot: none,
      listPublishers: none,
      changeRange: () => {
        const last = isFirstLook ? moments.last : 7n;
        isFirstLook = false;
        return Promise.resolve({ first: moments.first, last });
      },
      latestChanges: () => Promise.resolve(moments.now.map(change)),
      listChanges: ({ afterSequence }) =>
        Promise.resolve(log.filter(({ sequence }) => sequence > afterSequence)),
    },
  };
}

async function firstOf(deps: WatchDependencies, count: number): Promise<readonly bigint[]> {
  const seen: bigint[] = [];
  const watch = { assetIds: [], afterSequence: undefined };
  for await (const { price } of watchPrices(deps, watch, new AbortController())) {
    seen.push(price?.sequence ?? 0n);
    if (seen.length === count) break;
  }
  return seen;
}

describe('a watch that begins with the prices now', () => {
  it('does not repeat a change that comes between the reading of the number and of the prices', async () => {
    expect(await firstOf(logOf({ first: 0n, last: 5n, now: [6n] }), 2)).toEqual([6n, 7n]);
  });

  it('goes on from the number, not from the last change of what is watched, which may be pruned around', async () => {
    expect(await firstOf(logOf({ first: 4n, last: 5n, now: [3n] }), 3)).toEqual([3n, 6n, 7n]);
  });
});
