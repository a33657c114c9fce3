import { instant } from '@trimtab/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarise, type HeldVault, type KnownPrice } from './portfolio.js';

const price = (text: string, time = 5): KnownPrice => ({
  price: text,
  assetDecimals: 8,
  publishTime: instant(time),
});
const vault = (change: Partial<HeldVault>): HeldVault => ({
  vaultId: 'v',
  cash: 0n,
  positions: [],
  openRebalanceId: undefined,
  ...change,
});
const long = (assetId: string, quantity: bigint) =>
  ({ assetId, side: 'LONG', quantity, collateral: 0n }) as const;

describe('a portfolio', () => {
  it('of nothing is worth 0 and has no weights', () => {
    expect(summarise([], new Map())).toEqual({
      totalValue: 0n,
      vaults: [],
      assets: [],
      openRebalanceIds: [],
      priceTime: undefined,
    });
  });

  it('adds cash, longs and what shorts have left of their collateral', () => {
    const short = {
      assetId: 'B',
      side: 'SHORT',
      quantity: 10n ** 8n,
      collateral: 50_000_000n,
    } as const;
    const found = summarise(
      [vault({ cash: 20_000_000n, positions: [long('A', 2n * 10n ** 8n), short] })],
      new Map([
        ['A', price('15')],
        ['B', price('10')],
      ]),
    );
    // 20 USDC + 2 × 15 + (50 − 1 × 10) = 90 USDC
    expect(found.totalValue).toBe(90_000_000n);
    expect(
      found.assets.map(({ assetId, value, weightBps }) => [assetId, value, weightBps]),
    ).toEqual([
      ['A', 30_000_000n, 3333],
      ['B', 40_000_000n, 4444],
      ['USDC', 20_000_000n, 2222],
    ]);
  });

  it('adds the same asset of several vaults, vaults by id, open rebalances sorted', () => {
    const found = summarise(
      [
        vault({ vaultId: 'b', positions: [long('A', 10n ** 8n)], openRebalanceId: 'r1' }),
        vault({ vaultId: 'a', positions: [long('A', 10n ** 8n)], openRebalanceId: 'r2' }),
      ],
      new Map([['A', price('1')]]),
    );
    expect(found.vaults.map(({ vaultId }) => vaultId)).toEqual(['a', 'b']);
    expect(found.assets).toEqual([
      {
        assetId: 'A',
        side: 'LONG',
        quantity: 2n * 10n ** 8n,
        value: 2_000_000n,
        weightBps: 10_000,
      },
    ]);
    expect(found.openRebalanceIds).toEqual(['r1', 'r2']);
  });

  it('leaves the value of a vault out when a price is missing, and names the oldest that is there', () => {
    const found = summarise(
      [
        vault({ vaultId: 'a', cash: 7n, positions: [long('X', 1n)] }),
        vault({ vaultId: 'b', cash: 5n, positions: [long('A', 1n), long('B', 1n)] }),
      ],
      new Map([
        ['A', price('1', 9)],
        ['B', price('1', 3)],
        ['UNUSED', price('1', 1)],
      ]),
    );
    expect(found.vaults.map(({ value }) => value)).toEqual([undefined, 5n]);
    expect(found.totalValue).toBe(5n);
    expect(found.assets.find(({ assetId }) => assetId === 'X')).toMatchObject({
      value: undefined,
      weightBps: 0,
    });
    expect(found.priceTime).toBe(3);
  });

  it('has asset values that add up to its total, whatever it holds', () => {
    const amount = fc.bigInt(0n, 10n ** 24n);
    const anyVault = fc.record({
      vaultId: fc.uuid(),
      cash: amount,
      positions: fc.uniqueArray(
        fc.record({
          assetId: fc.constantFrom('A', 'B', 'C'),
          side: fc.constantFrom('LONG' as const, 'SHORT' as const),
          quantity: amount,
          collateral: amount,
        }),
        { selector: ({ assetId, side }) => assetId + side },
      ),
      openRebalanceId: fc.constant(undefined),
    });
    const prices = new Map(['A', 'B', 'C'].map((id) => [id, price('1.37')]));
    fc.assert(
      fc.property(fc.array(anyVault, { maxLength: 5 }), (vaults) => {
        const { assets, totalValue } = summarise(vaults, prices);
        expect(assets.reduce((sum, { value = 0n }) => sum + value, 0n)).toBe(totalValue);
      }),
      { seed: 20260718, numRuns: 300 },
    );
  });
});
