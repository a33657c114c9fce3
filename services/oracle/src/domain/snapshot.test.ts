import { canonicalJson } from '@trimtab/canonical';
import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createSnapshot, snapshotDocument, snapshotHash, type SnapshotEntry } from './snapshot.js';

const btc: SnapshotEntry = {
  assetId: 'WBTC',
  decimals: 8,
  lot: 1n,
  minimumOrder: 0n,
  price: { digits: 74_225n, scale: 1 },
  confidence: { digits: 0n, scale: 0 },
  publishTime: instant(1_522_800_000_000),
  publishers: ['ask', 'bid'],
  dropped: [{ publisher: 'last', reason: 'OUTLIER' }],
};
const eth: SnapshotEntry = { ...btc, assetId: 'WETH', decimals: 18 };

describe('a snapshot', () => {
  it('is hashed over exactly the listed fields, money as text, counts as numbers', () => {
    const written =
      '{"denomination":"USDC","entries":[{"assetId":"WBTC","confidence":"0","decimals":8,' +
      '"dropped":[{"publisher":"last","reason":"OUTLIER"}],"lot":"1","minimumOrder":"0",' +
      '"price":"7422.5","publishTime":"2018-04-04T00:00:00.000Z","publishers":["ask","bid"]}]}';
    const content = createSnapshot('USDC', [btc]);
    expect(canonicalJson(snapshotDocument(content))).toBe(written);
    // sha256 of the tag, a newline and the text above, computed apart from this code.
    expect(snapshotHash(content)).toBe(
      '7d1d01161bc77ee82016f6c4b035ff39704fe1cf52dc2da183fd7c1eb657a1fb',
    );
  });

  it('of equal content is the same, whatever the order of the assets', () => {
    const one = snapshotHash(createSnapshot('USDC', [btc, eth]));
    expect(snapshotHash(createSnapshot('USDC', [eth, btc]))).toBe(one);
    const { entries } = createSnapshot('USDC', [eth, btc]);
    expect(entries.map(({ assetId }) => assetId)).toEqual(['WBTC', 'WETH']);
  });

  const others: readonly Partial<SnapshotEntry>[] = [
    { assetId: 'LTC' },
    { decimals: 9 },
    { lot: 2n },
    { minimumOrder: 1n },
    { price: { digits: 74_226n, scale: 1 } },
    { confidence: { digits: 1n, scale: 0 } },
    { publishTime: instant(1_522_800_000_001) },
    { publishers: ['ask'] },
    { dropped: [] },
  ];
  it.each(others)('of other content is another one: %o', (other) => {
    const changed = snapshotHash(createSnapshot('USDC', [{ ...btc, ...other }]));
    expect(changed).not.toBe(snapshotHash(createSnapshot('USDC', [btc])));
  });

  it('holds no asset twice', () => {
    expect(() => createSnapshot('USDC', [btc, eth, btc])).toThrow('WBTC is in the snapshot twice');
  });
});
