import { connectClients, openVault, type SuiteClients } from '@trimtab/cli';
import { Side } from '@trimtab/contracts/portfolio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebalanceTo, type Weight } from './planned-rebalance.js';
import { BUSES, startWorld, type World } from './world.js';

const ASSETS = ['WBTC', 'WETH', 'LTC'];

describe.each(BUSES)('shorts through every service over the %s bus', (bus) => {
  let world: World;
  let owner: SuiteClients;
  beforeAll(async () => {
    world = await startWorld({
      bus,
      script: [
        { assetId: 'WETH', direction: 'DECREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
        {
          assetId: 'LTC',
          direction: 'DECREASE',
          outcome: { kind: 'FAIL', reason: 'INSUFFICIENT_LIQUIDITY' },
        },
      ],
    });
    owner = connectClients(world.suite, 'treasurer', ['plan:write', 'rebalance:write']);
  });
  afterAll(async () => {
    owner.close();
    await world.end();
  });

  it('open, increase, reduce and close beside longs of the same asset, with failures in it', async () => {
    const vaultId = await openVault(owner, [['USDC', 100_000_000_000n]]);
    const moved = async (weights: readonly Weight[]) =>
      (await rebalanceTo(world, owner, { vaultId, assetIds: ASSETS, weights })).actions.map(
        ({ assetId, side, group }) =>
          `${assetId} ${side === Side.SIDE_LONG ? 'LONG' : 'SHORT'} ${group}`,
      );
    const opened = await moved([
      { assetId: 'WBTC', weightBps: 3000 },
      { assetId: 'WETH', weightBps: 1500, kappaDecimal: '1.5' },
      { assetId: 'LTC', weightBps: 1000, kappaDecimal: '2' },
    ]);
    expect(opened.sort()).toEqual(['LTC SHORT 3', 'WBTC LONG 3', 'WETH SHORT 3']);
    const held = await owner.vaults.getVault({ vaultId });
    expect(held.vault?.positions.map(({ collateral }) => collateral !== '0')).toEqual([
      true,
      false,
      true,
    ]);

    // One asset on both sides; LTC does not get smaller, for its venue fails.
    const changed = await moved([
      { assetId: 'WBTC', weightBps: 3500 },
      { assetId: 'WETH', weightBps: 2500, kappaDecimal: '1.5' },
      { assetId: 'WETH', weightBps: 500 },
      { assetId: 'LTC', weightBps: 300, kappaDecimal: '2' },
    ]);
    expect(changed).toContain('LTC SHORT 2');
    expect(changed).toContain('WETH SHORT 3');
    expect(changed).toContain('WETH LONG 3');

    // WETH closes by half.
    const before = (await owner.vaults.getVault({ vaultId })).vault?.positions;
    const closed = await moved([{ assetId: 'WBTC', weightBps: 3500 }]);
    expect(closed).toContain('WETH SHORT 2');
    const after = (await owner.vaults.getVault({ vaultId })).vault?.positions;
    const shortOf = (positions: typeof after) =>
      positions?.find(({ assetId, side }) => assetId === 'WETH' && side === Side.SIDE_SHORT);
    const owed = BigInt(shortOf(before)?.quantity ?? '0');
    expect(owed > 0n).toBe(true);
    expect(BigInt(shortOf(after)?.quantity ?? '0')).toBe(owed - owed / 2n);
    const collateral = BigInt(shortOf(before)?.collateral ?? '0');
    expect(BigInt(shortOf(after)?.collateral ?? '0') - (collateral - collateral / 2n) <= 1n).toBe(
      true,
    );
  });
});
