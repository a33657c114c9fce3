import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Asset,
  Observation_Kind as ObservationKind,
  OracleServiceService,
} from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  createTokenIssuer,
  createUserClient,
  ensureDevelopmentKeys,
  type ServiceClient,
} from '@trimtab/grpc';
import { startNatsServer, startPrivatePostgres } from '@trimtab/testkit';
import pg from 'pg';
import { runOf, type Run } from './crash-run.js';
import { ASSETS, SCRIPT, begin, type Story } from './crash-stories.js';
import { startProcess, type ServiceProcess } from './service-process.js';

/** What can be ended without warning. */
export type Target = 'ordergen' | 'executor' | 'nats' | 'nats, its store deleted' | 'PostgreSQL';

/** Oracle, OrderGen and executor as processes of their own, on servers of their own. */
export interface CrashWorld {
  /** The trace of a rebalance, as it and each of its events keep it. */
  tracesOf(run: Run): Promise<{ readonly rebalance: string; readonly events: readonly string[] }>;
  /** Creates the rebalance of a story on a new vault. */
  start(story: Story): Promise<Run>;
  /** Ends a target with SIGKILL and starts it again. */
  strike(target: Target): Promise<void>;
  /** Starts another OrderGen on the same schema; it ends with the world. */
  addReplica(): Promise<ServiceProcess>;
  end(): Promise<void>;
}

/** Who publishes the prices of the stories. */
export const PUBLISHERS = ['north', 'south'];

/** Starts everything and registers what the story needs; `variables` are added for every process. */
export async function startCrashWorld(
  variables: Readonly<Record<string, string>> = {},
): Promise<CrashWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-crash-'));
  const nats = await startNatsServer();
  const postgres = await startPrivatePostgres();
  const { connectionString } = postgres;
  const prefix = `crash_${randomBytes(4).toString('hex')}`;
  const keys = await ensureDevelopmentKeys(folder);
  const environment: Record<string, string> = {
    DATABASE_URL: connectionString,
    NATS_URL: nats.url,
    AUTH_JWKS_FILE: keys.jwksFile,
    SERVICE_PRIVATE_KEY_FILE: keys.privateKeyFile,
    GRPC_ADDRESS: '127.0.0.1:0',
    REDISPATCH_AFTER_MILLIS: '400',
    CLOCK_POLL_MILLIS: '50',
    PAPER_SCRIPT: JSON.stringify(SCRIPT),
    PAPER_MAX_SLIPPAGE_BPS: '0',
    ...variables,
  };
  const launch = (name: string, address: string): Promise<ServiceProcess> =>
    startProcess(name, {
      ...environment,
      GRPC_ADDRESS: address,
      DATABASE_SCHEMA: `${prefix}_${name}`,
    });
  const running = new Map<string, ServiceProcess>();
  for (const name of ['oracle', 'ordergen', 'executor']) {
    const started = await launch(name, '127.0.0.1:0');
    running.set(name, started);
    environment[`${name.toUpperCase()}_ADDRESS`] = started.address;
  }
  const replicas: ServiceProcess[] = [];
  const pool = new pg.Pool({ connectionString, max: 4 });
  // Idle connections die with the server; the next query opens another.
  pool.on('error', () => undefined);
  const issuer = createTokenIssuer({
    key: { file: keys.privateKeyFile },
    issuer: 'trimtab-development',
    audience: 'trimtab',
  });
  const open: { close(): void }[] = [];
  const client = <Definition extends Parameters<typeof createUserClient>[0]['definition']>(
    definition: Definition,
    name: string,
    subject: string,
    scopes: readonly string[],
  ): ServiceClient<Definition> => {
    const token = (): Promise<string> => issuer.issue({ subject, scopes });
    const address = environment[`${name.toUpperCase()}_ADDRESS`] ?? '';
    const made = createUserClient({ definition, address, token });
    open.push(made);
    return made;
  };
  const scopes = ['intent:write', 'rebalance:write'];
  const oracle = client(OracleServiceService, 'oracle', 'operator', ['admin']);
  const vaults = client(VaultServiceService, 'ordergen', 'owner', scopes);
  const orderGen = client(OrderGenServiceService, 'ordergen', 'owner', scopes);
  await registerAssets(oracle);
  for (const publisher of PUBLISHERS) {
    await publish(client(OracleServiceService, 'oracle', publisher, ['price:write']));
  }

  return {
    tracesOf: async ({ rebalanceId }) => {
      const { rows } = await pool.query<{ rebalance: string; event: string }>(
        `select r.trace_id as rebalance, e.trace_id as event from ${prefix}_ordergen.rebalances r
         join ${prefix}_ordergen.rebalance_events e using (rebalance_id) where rebalance_id = $1`,
        [rebalanceId],
      );
      return { rebalance: rows[0]?.rebalance ?? '', events: rows.map(({ event }) => event) };
    },
    start: async (story) => {
      const ended = (rebalanceId: string, vaultId: string): Promise<unknown> =>
        runOf(pool, prefix, rebalanceId, vaultId).digest();
      const snapshotHash = await snapshotOf(oracle);
      const begun = await begin({ vaults, orderGen, snapshotHash, ended }, story);
      return runOf(pool, prefix, begun.rebalanceId, begun.vaultId);
    },
    strike: async (target) => {
      if (target === 'ordergen' || target === 'executor') {
        const struck = present(running.get(target), `${target} runs`);
        await struck.end('SIGKILL');
        running.set(target, await launch(target, struck.address));
        return;
      }
      if (target === 'PostgreSQL') return postgres.strike();
      await nats.restart({ wipeStore: target !== 'nats', signal: 'SIGKILL' });
    },
    addReplica: async () => {
      const replica = await launch('ordergen', '127.0.0.1:0');
      replicas.push(replica);
      return replica;
    },
    end: async () => {
      for (const one of open) one.close();
      for (const one of [...replicas, ...running.values()]) await one.end('SIGKILL');
      await nats.dispose();
      await pool.end();
      await postgres.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Registers every asset that the stories trade. */
export async function registerAssets(
  oracle: ServiceClient<typeof OracleServiceService>,
): Promise<void> {
  for (const assetId of ASSETS) {
    const asset = Asset.fromPartial({
      ...{ assetId, decimals: 6, lot: '1', minimumOrder: '1', quorumCount: 2 },
      ...{ publishers: PUBLISHERS, maxAgeSeconds: 3_600 },
    });
    await oracle.registerAsset({ requestId: randomUUID(), asset });
  }
}

/** Publishes a price of 1 for each of them. */
export async function publish(
  publisher: ServiceClient<typeof OracleServiceService>,
): Promise<void> {
  const observations = ASSETS.map((assetId) => ({
    ...{ publisher: '', kind: ObservationKind.KIND_PRICE, assetId, priceDecimal: '1' },
    ...{ bidDecimal: '', askDecimal: '', confidenceDecimal: '' },
    ...{ observeTime: new Date(), sequence: 1n },
  }));
  await publisher.submitObservations({ requestId: '', observations });
}

/** Takes a snapshot of them; answers its hash. */
export async function snapshotOf(
  oracle: ServiceClient<typeof OracleServiceService>,
): Promise<string> {
  const { snapshot } = await oracle.takeSnapshot({
    requestId: randomUUID(),
    assetIds: [...ASSETS],
  });
  return present(snapshot, 'TakeSnapshot answers').snapshotHash;
}
