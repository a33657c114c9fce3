import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, sha256Hex, type JsonValue } from '@trimtab/canonical';
import {
  Asset,
  Observation_Kind as ObservationKind,
  OracleServiceService,
} from '@trimtab/contracts/oracle';
import { OrderGenServiceService, type Rebalance } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { VaultServiceService, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  createTokenIssuer,
  createUserClient,
  ensureDevelopmentKeys,
  type ServiceClient,
} from '@trimtab/grpc';
import { eventually, startNatsServer, testDatabaseOptions } from '@trimtab/testkit';
import pg from 'pg';
import { newVault } from '../integration/ordergen-world.js';
import { startProcess, type ServiceProcess } from './service-process.js';

/** What can be ended without warning. */
export type Target = 'ordergen' | 'executor' | 'nats' | 'nats, its store deleted';

/** Where a rebalance stands when something is ended: after this happened to this action. */
export interface Moment {
  readonly index: number;
  readonly what: 'dispatched' | 'accepted' | 'executed' | 'applied';
}

/** Oracle, OrderGen and executor as processes of their own on a NATS server of their own. */
export interface CrashWorld {
  /** Creates the rebalance of the story on a new vault. */
  start(): Promise<Run>;
  /** Ends a target with SIGKILL and starts it again. */
  strike(target: Target): Promise<void>;
  /** Starts another OrderGen on the same schema; it ends with the world. */
  addReplica(): Promise<ServiceProcess>;
  end(): Promise<void>;
}

/** One rebalance. */
export interface Run {
  readonly rebalanceId: string;
  readonly vaultId: string;
  /** Resolves at the moment, or when the rebalance has ended; true if it still ran. */
  reaches(moment: Moment): Promise<boolean>;
  /** Waits for the end: its state, and everything that has no id and no time in it as one hash. */
  digest(): Promise<string>;
}

/** Sells of A, B and C pay for D and E; B fills half, D fails, C answers twice, A and E are slow. */
const TRADES = [
  ['A', '-2100'],
  ['B', '-1260'],
  ['C', '-840'],
  ['D', '2520'],
  ['E', '1680'],
] as const;
const SCRIPT = [
  { assetId: 'A', outcome: { kind: 'ANSWER_LATE', afterMillis: 50 } },
  { assetId: 'B', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
  { assetId: 'C', outcome: { kind: 'ANSWER_TWICE' } },
  { assetId: 'D', outcome: { kind: 'FAIL', reason: 'INSUFFICIENT_LIQUIDITY' } },
  { assetId: 'E', outcome: { kind: 'ANSWER_LATE', afterMillis: 50 } },
];
const ASSETS = TRADES.map(([assetId]) => assetId);
const PUBLISHERS = ['north', 'south'];

/** Starts everything and registers what the story needs. */
export async function startCrashWorld(): Promise<CrashWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-crash-'));
  const nats = await startNatsServer();
  const { connectionString } = testDatabaseOptions('e2e');
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
    start: async () => {
      const vault = await fund(vaults);
      const rebalance = await create(orderGen, vault, await snapshotOf(oracle));
      return runOf(pool, prefix, rebalance.rebalanceId, vault.vaultId);
    },
    strike: async (target) => {
      if (target === 'ordergen' || target === 'executor') {
        const struck = present(running.get(target), `${target} runs`);
        await struck.end('SIGKILL');
        running.set(target, await launch(target, struck.address));
        return;
      }
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
      for (const name of running.keys()) {
        await pool.query(`drop schema if exists ${prefix}_${name} cascade`);
      }
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function registerAssets(oracle: ServiceClient<typeof OracleServiceService>): Promise<void> {
  for (const assetId of ASSETS) {
    const asset = Asset.fromPartial({
      ...{ assetId, decimals: 6, lot: '1', minimumOrder: '1', quorumCount: 2 },
      ...{ publishers: PUBLISHERS, maxAgeSeconds: 3_600 },
    });
    await oracle.registerAsset({ requestId: randomUUID(), asset });
  }
}

async function publish(publisher: ServiceClient<typeof OracleServiceService>): Promise<void> {
  const observations = ASSETS.map((assetId) => ({
    ...{ publisher: '', kind: ObservationKind.KIND_PRICE, assetId, priceDecimal: '1' },
    ...{ bidDecimal: '', askDecimal: '', confidenceDecimal: '' },
    ...{ observeTime: new Date(), sequence: 1n },
  }));
  await publisher.submitObservations({ requestId: '', observations });
}

async function snapshotOf(oracle: ServiceClient<typeof OracleServiceService>): Promise<string> {
  const { snapshot } = await oracle.takeSnapshot({ requestId: randomUUID(), assetIds: ASSETS });
  return present(snapshot, 'TakeSnapshot answers').snapshotHash;
}

async function fund(vaults: ServiceClient<typeof VaultServiceService>): Promise<Vault> {
  const created = await vaults.createVault({ requestId: randomUUID(), vault: newVault() });
  const { vaultId } = present(created.vault, 'CreateVault answers');
  let vault: Vault | undefined;
  for (const [assetId, amount] of [
    ['USDC', '10000'],
    ['A', '30000'],
    ['B', '30000'],
    ['C', '900'],
  ] as const) {
    const answer = await vaults.deposit({ requestId: randomUUID(), vaultId, assetId, amount });
    vault = answer.vault;
  }
  return present(vault, 'Deposit answers');
}

async function create(
  orderGen: ServiceClient<typeof OrderGenServiceService>,
  vault: Vault,
  snapshotHash: string,
): Promise<Rebalance> {
  const actions = TRADES.map(([assetId, quantityDelta]) => ({
    ...{ assetId, side: Side.SIDE_LONG, quantityDelta, collateralDelta: '' },
  }));
  const { vaultId, version: vaultVersion, fence } = vault;
  const answer = await orderGen.createRebalance({
    requestId: randomUUID(),
    terms: {
      ...{ vaultId, vaultVersion, fence, snapshotHash, underlyingFloor: '' },
      source: { $case: 'explicitActions', value: { actions } },
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
      ...{ tolerances: undefined, netMode: undefined, sequencing: undefined },
      ...{ slippageLimitBps: undefined, driftBand: undefined },
      expireTime: new Date(Date.now() + 600_000),
    },
  });
  return present(answer.rebalance, 'CreateRebalance answers');
}

function runOf(pool: pg.Pool, prefix: string, rebalanceId: string, vaultId: string): Run {
  const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> =>
    (await pool.query<Row>(sql, [rebalanceId])).rows;
  const [orderGen, executor] = [`${prefix}_ordergen`, `${prefix}_executor`];
  const sight = async ({ index, what }: Moment): Promise<'PAST' | 'ENDED' | undefined> => {
    const [row] = await query<{ running: boolean; next: number; dispatched: boolean }>(
      `select r.running, r.event_count::integer as next,
         exists (select from ${orderGen}.rebalance_actions a
           where a.rebalance_id = $1 and a.index = ${index} and a.state <> 'PENDING') as dispatched
       from ${orderGen}.rebalances r where r.rebalance_id = $1`,
    );
    if (row?.running !== true) return 'ENDED';
    if (what === 'dispatched') return row.dispatched ? 'PAST' : undefined;
    if (what === 'applied') return row.next > index ? 'PAST' : undefined;
    const [order] = await query<{ state: string }>(
      `select state from ${executor}.orders where rebalance_id = $1 and order_index = ${index}`,
    );
    if (order === undefined) return undefined;
    return what === 'accepted' || order.state === 'SETTLED' ? 'PAST' : undefined;
  };
  return {
    rebalanceId,
    vaultId,
    reaches: async (moment) =>
      (await eventually(() => sight(moment), {
        what: `action ${moment.index} ${moment.what}`,
        timeoutMs: 60_000,
      })) === 'PAST',
    digest: async () => {
      await eventually(
        async () => {
          const [row] = await query<{ running: boolean }>(
            `select running from ${orderGen}.rebalances where rebalance_id = $1`,
          );
          return row?.running === false ? true : undefined;
        },
        { what: 'the end of the rebalance', timeoutMs: 120_000 },
      );
      const outcome = await outcomeOf(query, { orderGen, executor, vaultId });
      return `${outcome.state} ${sha256Hex(canonicalJson(outcome))}`;
    },
  };
}

/** The chain without the hashes that ids go into, the ledger, the holdings and what the venue did. */
async function outcomeOf(
  query: <Row extends pg.QueryResultRow>(sql: string) => Promise<readonly Row[]>,
  names: { readonly orderGen: string; readonly executor: string; readonly vaultId: string },
): Promise<{ readonly [field: string]: JsonValue; readonly state: string }> {
  const { orderGen, executor, vaultId } = names;
  const events = await query<{ document: string }>(
    `select document from ${orderGen}.rebalance_events where rebalance_id = $1 order by sequence`,
  );
  const ledger = await query<Record<string, string>>(
    `select kind, account, asset_id, amount::text from ${orderGen}.ledger_entries
     where rebalance_id = $1 order by sequence`,
  );
  const holdings = await query<Record<string, string>>(
    `select p.asset_id, p.quantity::text, v.cash::text, v.frozen::text
     from ${orderGen}.vault_positions p join ${orderGen}.vaults v on v.vault_id = p.vault_id
     where p.vault_id = '${vaultId}' and $1 <> '' order by p.asset_id`,
  );
  const executed = await query<{ count: string }>(
    `select count(*)::text as count from ${executor}.orders o
     join ${executor}.paper_orders p on p.client_order_id = o.order_id where o.rebalance_id = $1`,
  );
  const [state] = await query<{ state: string; fold: string }>(
    `select state, fold from ${orderGen}.rebalances where rebalance_id = $1`,
  );
  return {
    events: events.map(({ document }) => {
      const event = JSON.parse(document) as Record<string, JsonValue>;
      return Object.fromEntries(Object.entries(event).filter(([field]) => field !== 'previous'));
    }),
    ledger: ledger.map((row) => ({ ...row })),
    holdings: holdings.map((row) => ({ ...row })),
    executed: executed.map((row) => ({ ...row })),
    fold: state?.fold ?? '',
    state: state?.state ?? '',
  };
}
