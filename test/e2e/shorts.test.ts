import { randomUUID } from 'node:crypto';
import {
  connectClients,
  fetchBundle,
  followToEnd,
  isCompleted,
  openVault,
  type SuiteClients,
} from '@trimtab/cli';
import { CreateRebalanceRequest, type Rebalance } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { BuildPlanRequest, PlanMode } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { verifyBundle } from '@trimtab/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSES, startWorld, type World } from './world.js';

const ASSETS = ['WBTC', 'WETH', 'LTC'];

interface Weight {
  readonly assetId: string;
  readonly weightBps: number;
  readonly kappaDecimal?: string;
}

/** Every transaction of the ledger sums to 0 by asset, and its lines are what the vault holds. */
async function expectBalancedBooks(world: World, vaultId: string): Promise<void> {
  const { pool, schema } = world.suite.databases.ordergen;
  const { rows: broken } = await pool.query(
    `select transaction_id, asset_id from ${schema}.ledger_entries where vault_id = $1
     group by transaction_id, asset_id having sum(amount) <> 0`,
    [vaultId],
  );
  expect(broken).toEqual([]);
  const { rows: drifted } = await pool.query(
    `select p.asset_id, p.side from ${schema}.vault_positions p
     where p.vault_id = $1 and (
       p.quantity <> coalesce((select sum(case p.side when 'LONG' then l.amount else -l.amount end)
         from ${schema}.ledger_entries l where l.vault_id = $1 and l.account = 'POSITION'
           and l.position_asset_id = p.asset_id and l.side = p.side), 0)
       or p.collateral <> coalesce((select sum(l.amount)
         from ${schema}.ledger_entries l where l.vault_id = $1 and l.account = 'COLLATERAL'
           and l.position_asset_id = p.asset_id and l.side = p.side), 0))`,
    [vaultId],
  );
  expect(drifted).toEqual([]);
}

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

  /** Plans the weights with the solver, executes them on paper and proves what came of it. */
  async function rebalance(vaultId: string, weights: readonly Weight[]): Promise<Rebalance> {
    const taken = await owner.oracle.takeSnapshot({ assetIds: ASSETS, requestId: '' });
    const { snapshotHash } = present(taken.snapshot, 'TakeSnapshot answers a snapshot');
    const valued = await owner.vaults.valueVault({ vaultId, snapshotHash });
    const built = await owner.solver.buildPlan(
      BuildPlanRequest.fromPartial({
        requestId: randomUUID(),
        mode: PlanMode.PLAN_MODE_EXPLICIT,
        vault: {
          vaultId,
          vaultVersion: valued.vaultVersion,
          nav: valued.nav,
          weights: valued.weights,
        },
        snapshotHash,
        generateTime: new Date(world.clock.now()),
        targets: weights.map(({ kappaDecimal = '', ...weight }) => ({
          ...weight,
          kappaDecimal,
          side: kappaDecimal === '' ? Side.SIDE_LONG : Side.SIDE_SHORT,
        })),
      }),
    );
    const { planHash } = present(built.plan, 'BuildPlan answers a plan');
    const created = await owner.orderGen.createRebalance(
      CreateRebalanceRequest.fromPartial({
        requestId: randomUUID(),
        terms: {
          vaultId,
          vaultVersion: valued.vaultVersion,
          fence: valued.fence,
          source: { $case: 'planHash', value: planHash },
          snapshotHash,
          purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
        },
      }),
    );
    const { rebalanceId } = present(created.rebalance, 'CreateRebalance answers a rebalance');
    const finished = await followToEnd(owner, rebalanceId);
    expect(isCompleted(finished.rebalance)).toBe(true);
    expect(finished.selfFinancingResidual).toBe(0n);
    expect(finished.replay).toMatchObject({ equal: true });
    await expectBalancedBooks(world, vaultId);
    expect(verifyBundle(await fetchBundle(owner, rebalanceId))).toMatchObject({ verified: true });
    return finished.rebalance;
  }

  it('open, increase, reduce and close beside longs of the same asset, with failures in it', async () => {
    const vaultId = await openVault(owner, [['USDC', 100_000_000_000n]]);
    const moved = async (weights: readonly Weight[]) =>
      (await rebalance(vaultId, weights)).actions.map(
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
