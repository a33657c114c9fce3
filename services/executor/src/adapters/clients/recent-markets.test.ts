import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import type { Market } from '../../application/ports.js';
import { createRecentMarkets } from './recent-markets.js';

const { signal } = new AbortController();

function world() {
  const state = { now: 0, price: 100n as bigint | undefined, reads: 0 };
  const source = {
    market: async (): Promise<Market | undefined> => {
      state.reads += 1;
      if (state.price === undefined) return undefined;
      const price = decimalOf(state.price, 0);
      return { price, assetDecimals: 8, underlyingDecimals: 6, lot: 1n, minimumOrder: 0n };
    },
  };
  const markets = createRecentMarkets(source, { maxAgeMillis: 50, now: () => state.now });
  return { state, ...markets };
}

describe('a recent market', () => {
  it('is what the checks saw, for 50 ms and not a millisecond longer', async () => {
    const { state, asked, recent } = world();
    await asked.market('WBTC', signal);
    state.price = 99n;
    state.now = 50;
    expect((await recent.market('WBTC', signal))?.price.digits).toBe(100n);
    expect(state.reads).toBe(1);
    state.now = 51;
    expect((await recent.market('WBTC', signal))?.price.digits).toBe(99n);
  });

  it('is never what the checks go by', async () => {
    const { state, asked } = world();
    await asked.market('WBTC', signal);
    state.price = 99n;
    expect((await asked.market('WBTC', signal))?.price.digits).toBe(99n);
  });

  it('is forgotten when the asset has no healthy price any more', async () => {
    const { state, asked, recent } = world();
    await asked.market('WBTC', signal);
    state.price = undefined;
    await asked.market('WBTC', signal);
    expect(await recent.market('WBTC', signal)).toBeUndefined();
  });

  it('is of one asset', async () => {
    const { state, asked, recent } = world();
    await asked.market('WBTC', signal);
    await recent.market('WETH', signal);
    expect(state.reads).toBe(2);
  });
});
