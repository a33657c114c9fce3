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

/** An oracle whose pages hold one asset each. */
function oracleOf(assets: readonly (readonly [string, number])[], publishTime: number) {
  const asked: (number | string)[] = [];
  const source = createSeriesSource({
    listAssets: async ({ pageToken }) => {
      asked.push(`page ${pageToken}`);
      const place = Number(pageToken);
      const found = assets[place];
      if (found === undefined) return { assets: [], nextPageToken: '' };
      const [assetId, decimals] = found;
      const asset = { ...ASSET, assetId, decimals };
      return { assets: [asset], nextPageToken: place + 1 < assets.length ? `${place + 1}` : '' };
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
  it('is asked for assets page by page, and again only for one that was not known', async () => {
    const { source, asked } = oracleOf(
      [
        ['N', 8],
        ['WBTC', 8],
      ],
      0,
    );
    expect(await source.findDecimals('WBTC', call)).toBe(8);
    expect(await source.findDecimals('N', call)).toBe(8);
    expect(asked).toEqual(['page ', 'page 1']);
    await expect(source.findDecimals('X', call)).rejects.toThrow('asset X is not registered');
    expect(asked).toHaveLength(4);
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
