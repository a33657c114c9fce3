import {
  Asset,
  Observation,
  Price,
  Price_State as PriceState,
  type OracleServiceService,
} from '@trimtab/contracts/oracle';
import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { createMarketSource } from './market-source.js';

const { signal } = new AbortController();
const START = 1_522_800_000_000;

/** An oracle with WBTC at 100 and one quote; notes what it is asked. */
function world() {
  const state = {
    now: START,
    lot: '1',
    bidDecimal: '99.9',
    health: PriceState.STATE_HEALTHY as PriceState,
  };
  const asked: string[] = [];
  const oracle = {
    listAssets: async ({ assetIds }: { assetIds: string[] }) => {
      asked.push(`assets ${assetIds.join()}`);
      const assets = [
        Asset.create({ assetId: 'USDC', decimals: 6, denomination: true }),
        Asset.create({
          ...{ assetId: 'WBTC', decimals: 8, lot: state.lot, minimumOrder: '0' },
          maxAgeSeconds: 60,
        }),
      ].filter(({ assetId }) => assetIds.length === 0 || assetIds.includes(assetId));
      return { assets, nextPageToken: '' };
    },
    getPrice: async ({ assetId }: { assetId: string }) => {
      asked.push(`price ${assetId}`);
      const price = Price.create({ assetId, priceDecimal: '100', state: state.health });
      const { bidDecimal } = state;
      const observeTime = new Date(START);
      const quotes = [
        Observation.create({ publisher: 'm', bidDecimal, askDecimal: '100.1', observeTime }),
      ];
      return { price, quotes };
    },
  } as unknown as ServiceClient<typeof OracleServiceService>;
  const source = createMarketSource(oracle, { now: () => instant(state.now) });
  return { state, asked, source };
}

describe('the market of an asset', () => {
  it('has price, quote and terms, and costs one call once the terms are known', async () => {
    const { asked, source } = world();
    expect(await source.market('WBTC', signal)).toEqual({
      price: decimalOf(100n, 0),
      bid: decimalOf(999n, 1),
      ask: decimalOf(1001n, 1),
      assetDecimals: 8,
      underlyingDecimals: 6,
      lot: 1n,
      minimumOrder: 0n,
    });
    asked.length = 0;
    await source.market('WBTC', signal);
    expect(asked).toEqual(['price WBTC']);
  });

  it('has no quote that is older than maxAge', async () => {
    const { state, source } = world();
    state.now = START + 60_001;
    const market = await source.market('WBTC', signal);
    expect([market?.price.digits, market?.bid, market?.ask]).toEqual([100n, undefined, undefined]);
  });

  it('has no quote that cannot be read', async () => {
    const { state, source } = world();
    state.bidDecimal = 'much';
    expect((await source.market('WBTC', signal))?.ask).toBeUndefined();
  });

  it('has terms that are at most a minute old', async () => {
    const { state, source } = world();
    await source.market('WBTC', signal);
    state.lot = '10';
    state.now = START + 60_000;
    expect((await source.market('WBTC', signal))?.lot).toBe(1n);
    state.now += 1;
    expect((await source.market('WBTC', signal))?.lot).toBe(10n);
  });

  it('is nothing without a healthy price, quoted or not', async () => {
    const { state, source } = world();
    state.health = PriceState.STATE_STALE;
    expect(await source.market('WBTC', signal)).toBeUndefined();
  });

  it('of an asset that nobody registered is refused', async () => {
    const { source } = world();
    await expect(source.market('WETH', signal)).rejects.toThrow('WETH is not registered');
  });
});
