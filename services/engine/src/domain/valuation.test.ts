import { describe, expect, it } from 'vitest';
import { holding, long, prices, short } from './values.fixture.js';
import { navOf, positionValue } from './valuation.js';

describe('the value of a vault', () => {
  it('is its cash, what it owns, and of what it owes the collateral less the value', () => {
    const vault = holding(5_000_000n, long('WBTC', 2n), short('WETH', 3n, 10_000_000n));
    // 5 + 2 · 4 + (10 − 3 · 1.5) = 18.5 USDC
    expect(navOf(vault, prices({ WBTC: '4', WETH: '1.5' }))).toBe(18_500_000n);
  });

  it('may be nothing and less', () => {
    const owing = holding(-2_000_000n, short('WETH', 3n, 1_000_000n));
    expect(navOf(owing, prices({ WETH: '1' }))).toBe(-4_000_000n);
  });

  it('rounds each position down, as order generation does', () => {
    const dust = prices({ WBTC: '0.0000019' });
    expect(positionValue(long('WBTC', 1n), dust)).toBe(1n);
  });

  it('needs a price for what is held, and none for what is empty', () => {
    expect(() => navOf(holding(0n, long('WBTC', 1n)), new Map())).toThrow('WBTC is held');
    expect(navOf(holding(7n, short('WETH', 0n, 3n)), new Map())).toBe(10n);
  });
});
