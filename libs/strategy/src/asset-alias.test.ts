import { describe, expect, it } from 'vitest';
import { resolveAsset } from './asset-alias.js';

describe('resolveAsset', () => {
  it('knows the aliases BTC and ETH and takes everything else as it is', () => {
    expect(['BTC', 'ETH', 'LTC', 'WBTC', 'constructor'].map(resolveAsset)).toEqual([
      'WBTC',
      'WETH',
      'LTC',
      'WBTC',
      'constructor',
    ]);
  });
});
