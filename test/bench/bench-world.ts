import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectClients,
  registerAsset,
  startSuite,
  type Suite,
  type SuiteClients,
} from '@trimtab/cli';
import { Observation_Kind as ObservationKind } from '@trimtab/contracts/oracle';
import { CreateRebalanceRequest } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { BuildPlanRequest, PlanMode } from '@trimtab/contracts/solver';
import { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { createDatabase, startEmbeddedPostgres, type Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { startNatsServer } from '@trimtab/testkit';
import { systemClock } from '@trimtab/lifecycle';

/** The suite on a private PostgreSQL and a private NATS server, with assets that have prices. */
export interface BenchWorld {
  readonly suite: Suite;
  readonly owner: SuiteClients;
  readonly natsUrl: string;
  /** A connection of the bench's own to the same database. */
  readonly database: Database<unknown>;
  readonly snapshotHash: string;
  /** Publishes every price again; the snapshot of now, for a bench that outlasts the first one. */
  takeSnapshot(): Promise<string>;
  end(): Promise<void>;
}

const PUBLISHERS = ['bench-a', 'bench-b'];
const FREE = '127.0.0.1:0';

/** Starts everything; `assetCount` assets cost 1 each. */
export async function startBenchWorld(assetCount: number): Promise<BenchWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-bench-'));
  await chmod(dataFolder, 0o711);
  const postgres = await startEmbeddedPostgres({ dataFolder: join(dataFolder, 'postgres') });
  const nats = await startNatsServer();
  const suite = await startSuite({
    dataFolder,
    clock: systemClock,
    logger: silentLogger(),
    addresses: { oracle: FREE, solver: FREE, ordergen: FREE, executor: FREE, intent: FREE },
    environment: { PAPER_MAX_SLIPPAGE_BPS: '0', PAPER_FEE_BPS: '0' },
    databaseUrl: postgres.connectionString,
    natsUrl: nats.url,
    schemaPrefix: `bench_${randomBytes(3).toString('hex')}_`,
  });
  const operator = connectClients(suite, 'operator', ['admin', 'plan:write', 'price:write']);
  const owner = connectClients(suite, 'owner', ['intent:write', 'plan:write', 'rebalance:write']);
  const assets = Array.from({ length: assetCount }, (_, index) => assetId(index));
  for (const asset of assets) await registerAsset(operator, asset, 6, PUBLISHERS);
  const takeSnapshot = async (): Promise<string> => {
    await publish(suite, assets);
    const { snapshot } = await owner.oracle.takeSnapshot({ requestId: '', assetIds: assets });
    return present(snapshot, 'a snapshot').snapshotHash;
  };
  const database = createDatabase<unknown>({
    connectionString: postgres.connectionString,
    schema: 'public',
    maxConnections: 16,
  });
  return {
    suite,
    owner,
    natsUrl: nats.url,
    database,
    snapshotHash: await takeSnapshot(),
    takeSnapshot,
    end: async () => {
      for (const client of [operator, owner]) client.close();
      await database.close();
      await suite.stop();
      await nats.dispose();
      await postgres.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The id of the n-th asset. */
export function assetId(index: number): string {
  return `BENCH-${String(index).padStart(4, '0')}`;
}

/** A vault with a million in cash, and a request that buys `assetCount` assets with it. */
export async function prepareRebalance(
  world: BenchWorld,
  assetCount: number,
): Promise<CreateRebalanceRequest> {
  const { owner, snapshotHash } = world;
  const created = await owner.vaults.createVault({
    requestId: randomUUID(),
    vault: Vault.fromPartial({}),
  });
  const { vaultId } = present(created.vault, 'a vault');
  await owner.vaults.deposit({
    requestId: randomUUID(),
    vaultId,
    assetId: 'USDC',
    amount: '1000000000000',
  });
  const value = await owner.vaults.valueVault({ vaultId, snapshotHash });
  const { plan } = await owner.solver.buildPlan(
    BuildPlanRequest.fromPartial({
      mode: PlanMode.PLAN_MODE_EXPLICIT,
      vault: { vaultId, vaultVersion: value.vaultVersion, nav: value.nav, weights: value.weights },
      snapshotHash,
      generateTime: new Date(),
      targets: Array.from({ length: assetCount }, (_, index) => ({
        assetId: assetId(index),
        side: Side.SIDE_LONG,
        weightBps: Math.floor(10_000 / assetCount) - 1,
      })),
    }),
  );
  return CreateRebalanceRequest.fromPartial({
    requestId: randomUUID(),
    terms: {
      vaultId,
      vaultVersion: value.vaultVersion,
      fence: value.fence,
      source: { $case: 'planHash', value: present(plan, 'a plan').planHash },
      snapshotHash,
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
    },
  });
}

async function publish(suite: Suite, assets: readonly string[]): Promise<void> {
  for (const publisher of PUBLISHERS) {
    const client = connectClients(suite, publisher, ['price:write']);
    await client.oracle.submitObservations({
      requestId: '',
      observations: assets.map((asset) => ({
        publisher: '',
        kind: ObservationKind.KIND_PRICE,
        assetId: asset,
        priceDecimal: '1',
        bidDecimal: '',
        askDecimal: '',
        confidenceDecimal: '',
        observeTime: new Date(),
        sequence: BigInt(Date.now()),
      })),
    });
    client.close();
  }
}
