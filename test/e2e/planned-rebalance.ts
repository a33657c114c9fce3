import { randomUUID } from 'node:crypto';
import { fetchBundle, followToEnd, isCompleted, type SuiteClients } from '@trimtab/cli';
import { CreateRebalanceRequest, type Rebalance } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { BuildPlanRequest, PlanMode } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { verifyBundle } from '@trimtab/verify';
import { expect } from 'vitest';
import type { World } from './world.js';

/** One target of an explicit plan: a short if it states a collateral ratio, else a long. */
export interface Weight {
  readonly assetId: string;
  readonly weightBps: number;
  readonly kappaDecimal?: string;
}

/** What is planned and executed. */
export interface WantedRebalance {
  readonly vaultId: string;
  /** What the snapshot prices: everything that is held or wanted. */
  readonly assetIds: readonly string[];
  /** Empty for everything to cash. */
  readonly weights: readonly Weight[];
  /** REBALANCE if absent. */
  readonly purpose?: RebalancePurpose;
  readonly slippageLimitBps?: number;
}

/** Plans the weights with the solver, executes them on paper and proves what came of it. */
export async function rebalanceTo(
  world: World,
  owner: SuiteClients,
  wanted: WantedRebalance,
): Promise<Rebalance> {
  const { vaultId, assetIds, slippageLimitBps } = wanted;
  const taken = await owner.oracle.takeSnapshot({ assetIds: [...assetIds], requestId: '' });
  const { snapshotHash } = present(taken.snapshot, 'TakeSnapshot answers a snapshot');
  const valued = await owner.vaults.valueVault({ vaultId, snapshotHash });
  const planHash = await planOf(world, owner, wanted, { snapshotHash, valued });
  const created = await owner.orderGen.createRebalance(
    CreateRebalanceRequest.fromPartial({
      requestId: randomUUID(),
      terms: {
        vaultId,
        vaultVersion: valued.vaultVersion,
        fence: valued.fence,
        source: { $case: 'planHash', value: planHash },
        snapshotHash,
        purpose: wanted.purpose ?? RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
        ...(slippageLimitBps === undefined ? {} : { slippageLimitBps }),
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

interface Valued {
  readonly snapshotHash: string;
  readonly valued: Awaited<ReturnType<SuiteClients['vaults']['valueVault']>>;
}

async function planOf(
  world: World,
  owner: SuiteClients,
  { vaultId, weights }: WantedRebalance,
  { snapshotHash, valued }: Valued,
): Promise<string> {
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
  return present(built.plan, 'BuildPlan answers a plan').planHash;
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
