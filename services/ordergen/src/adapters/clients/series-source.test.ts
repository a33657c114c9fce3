import { Price_State as PriceState } from '@trimtab/contracts/oracle';
import { instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { createSeriesSource } from './series-source.js';

const call = {
  caller: { subject: 'engine', scopes: new Set<never>() },
  signal: new AbortController().signal,
  deadline: undefined,
};
const MATURITY = instant(1_522_915_200_000);

/** An oracle that knows these assets. */
function oracleOf(assets: readonly (readonly [string, number])[], publishTime: number) {
  const asked: (number | string)[] = [];
  const source = createSeriesSource({
    listAssets: async ({ assetIds }) => {
      asked.push(`assets ${assetIds.join()}`);
      const found = assets.filter(([assetId]) => assetIds.includes(assetId));
      return {
        assets: found.map(([assetId, decimals]) => ({ ...ASSET, assetId, decimals })),
        nextPageToken: '',
      };
    },
    getPrice: async ({ assetId, readTime }) => {
      asked.push(readTime?.getTime() ?? 'now');
      const price = { ...PRICE, assetId, publishTime: new Date(publishTime) };
      return { price, quotes: [] };
    },
  });
  return { source, asked };
}

const ASSET = {
  assetId: '',
  decimals: 0,
  lot: '1',
  minimumOrder: '0',
  publishers: [],
  denomination: false,
  version: 1n,
  createTime: undefined,
  updateTime: undefined,
};
const PRICE = {
  assetId: '',
  priceDecimal: '6500.25',
  confidenceDecimal: '0',
  publishTime: undefined,
  state: PriceState.STATE_HEALTHY,
  stateReason: '',
  publishers: [],
  dropped: [],
  sequence: 1n,
  evidence: [],
};

describe('the oracle as the source of series', () => {
  it('is asked for an asset by its id, and never again once it is known', async () => {
    const { source, asked } = oracleOf([['WBTC', 8]], 0);
    expect(await source.findDecimals('WBTC', call)).toBe(8);
    expect(await source.findDecimals('WBTC', call)).toBe(8);
    expect(asked).toEqual(['assets WBTC']);
    const unknown = () => source.findDecimals('X', call);
    await expect(unknown()).rejects.toThrow('asset X is not registered');
    await expect(unknown()).rejects.toThrow('asset X is not registered');
    expect(asked).toEqual(['assets WBTC', 'assets X', 'assets X']);
  });

  it('is asked for what stood a millisecond before the maturity', async () => {
    const { source, asked } = oracleOf([], MATURITY - 1);
    const paid = await source.lastPriceBefore('WBTC', MATURITY, call);
    expect([formatDecimal(paid.price), paid.publishTime]).toEqual(['6500.25', MATURITY - 1]);
    expect(asked).toEqual([MATURITY - 1]);
  });

  it('is not believed when its price is of the maturity or later', async () => {
    const { source } = oracleOf([], MATURITY);
    await expect(source.lastPriceBefore('WBTC', MATURITY, call)).rejects.toThrow('before');
  });
});
