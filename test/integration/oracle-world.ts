import {
  Observation_Kind,
  OracleServiceService,
  type Asset,
  type Observation,
  type Price,
  type Snapshot,
} from '@trimtab/contracts/oracle';
import { DomainFailure, instant } from '@trimtab/core';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import { createVirtualClock, type ServedComponent, type VirtualClock } from '@trimtab/lifecycle';
import type { Bus } from '@trimtab/messaging';
import { composeOracle, type OracleSettings, type OracleTables } from '@trimtab/oracle';
import { createDatabase, type Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth, testDatabase, testDatabaseOptions } from '@trimtab/testkit';

/** 2018-04-04T00:00:00Z, where the clock of every world starts. */
export const START = instant(1_522_800_000_000);

/** A client of the oracle. */
export type OracleClient = ServiceClient<typeof OracleServiceService>;

/** One or more oracles on one schema of a real PostgreSQL, with a clock that the test moves. */
export interface OracleWorld {
  readonly clock: VirtualClock;
  readonly database: Database<OracleTables>;
  /** The connections of each oracle. */
  readonly pools: readonly Database<OracleTables>[];
  /** A client with a subject and scopes; `server` 1 is the second process. */
  client(subject: string, scopes: readonly string[], server?: number): Promise<OracleClient>;
  readonly admin: OracleClient;
  readonly reader: OracleClient;
  /** Stops the first oracle with its connections and starts it again on the same schema. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A job with this pause runs once at the start, so that a test sees only what its calls do. */
const NEVER = 3_600_000;

/** The settings of every oracle of a world, unless a test says otherwise. */
export const SETTINGS: OracleSettings = {
  GRPC_ADDRESS: '127.0.0.1:0',
  REFLECTION: false,
  DRAIN_TIMEOUT_MILLIS: 1000,
  DENOMINATION_ASSET: 'USDC',
  DENOMINATION_DECIMALS: 6,
  CLOCK_POLL_MILLIS: NEVER,
  VIEW_POLL_MILLIS: 10,
  PRUNE_POLL_MILLIS: NEVER,
  OBSERVATION_RETENTION_SECONDS: 86_400,
  PRICE_RETENTION_SECONDS: 86_400,
  SNAPSHOT_RETENTION_SECONDS: 86_400,
};

/** How a world differs from one oracle without jobs. */
export interface OracleWorldOptions {
  readonly settings?: Partial<OracleSettings>;
  readonly bus?: Bus;
}

/** Starts `serverCount` oracles on a schema of their own. */
export async function createOracleWorld(
  serverCount = 1,
  options: OracleWorldOptions = {},
): Promise<OracleWorld> {
  const settings = { ...SETTINGS, ...options.settings };
  const outside = options.bus === undefined ? {} : { bus: options.bus };
  const clock = createVirtualClock(START);
  const auth = await testAuth();
  const database = await testDatabase<OracleTables>('oracle');
  const { connectionString } = testDatabaseOptions('oracle');
  const open = (): Database<OracleTables> =>
    createDatabase<OracleTables>({ connectionString, schema: database.schema, maxConnections: 5 });
  const start = async (own: Database<OracleTables>): Promise<ServedComponent> => {
    const { authenticator } = auth;
    const logger = silentLogger();
    const oracle = composeOracle(settings, {
      ...outside,
      clock,
      database: own,
      authenticator,
      logger,
    });
    await oracle.start();
    return oracle;
  };
  const pools = Array.from({ length: serverCount }, open);
  const oracles = await Promise.all(pools.map(start));
  const clients: OracleClient[] = [];
  const client: OracleWorld['client'] = async (subject, scopes, server = 0) => {
    const created = createUserClient({
      definition: OracleServiceService,
      address: () => oracles[server]?.address ?? '',
      token: await auth.token(subject, scopes),
    });
    clients.push(created);
    return created;
  };
  return {
    clock,
    database,
    pools,
    client,
    admin: await client('admin', ['admin']),
    reader: await client('reader', ['rebalance:write']),
    async restart() {
      await oracles[0]?.stop();
      await pools[0]?.close();
      pools[0] = open();
      oracles[0] = await start(pools[0]);
      for (const one of clients) one.close();
    },
    async close() {
      for (const one of clients) one.close();
      await Promise.all(oracles.map((oracle) => oracle.stop()));
      await Promise.all(pools.map((pool) => pool.close()));
      await database.close();
    },
  };
}

/** An asset message with defaults for all that a test does not care about. */
export function asset(fields: Partial<Asset>): Asset {
  return {
    assetId: 'WBTC',
    decimals: 8,
    lot: '',
    minimumOrder: '',
    publishers: [],
    denomination: false,
    version: 0n,
    createTime: undefined,
    updateTime: undefined,
    ...fields,
  };
}

/** A PRICE observation; its sequence is its time unless the test says otherwise. */
export function observation(
  assetId: string,
  price: string,
  millis: number,
  fields: Partial<Observation> = {},
): Observation {
  return {
    publisher: '',
    kind: Observation_Kind.KIND_PRICE,
    assetId,
    priceDecimal: price,
    bidDecimal: '',
    askDecimal: '',
    confidenceDecimal: '',
    observeTime: new Date(millis),
    sequence: BigInt(millis),
    ...fields,
  };
}

/** Registers an asset with a request id of none. */
export async function register(world: OracleWorld, fields: Partial<Asset>): Promise<void> {
  await world.admin.registerAsset({ requestId: '', asset: asset(fields) });
}

/** Each publisher observes a price now; `undefined` publishes nothing. */
export async function observe(
  world: OracleWorld,
  assetId: string,
  prices: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [publisher, price] of Object.entries(prices)) {
    const client = await world.client(publisher, ['price:write']);
    const observations = [observation(assetId, price, world.clock.now())];
    const answer = await client.submitObservations({ observations, requestId: '' });
    if (answer.acceptedCount !== 1)
      throw new Error(`${publisher}: ${JSON.stringify(answer.refusals)}`);
  }
}

/** The price of an asset now. */
export async function priceOf(world: OracleWorld, assetId: string): Promise<Price> {
  const { price } = await world.reader.getPrice({ assetId, readTime: undefined });
  if (price === undefined) throw new Error('no price in the answer');
  return price;
}

/** Takes a snapshot without a request id. */
export async function take(world: OracleWorld, assetIds: string[]): Promise<Snapshot> {
  const { snapshot } = await world.reader.takeSnapshot({ assetIds, requestId: '' });
  if (snapshot === undefined) throw new Error('no snapshot in the answer');
  return snapshot;
}

/** What a call was refused with; the call must be refused. */
export async function refusal(call: Promise<unknown>): Promise<DomainFailure['error']> {
  const outcome = await call.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof DomainFailure) return outcome.error.error;
  throw new Error('the call was not refused by a rule', { cause: outcome });
}

/** How many rows each table of the oracle has. */
export async function rowCounts(world: OracleWorld): Promise<Record<string, number>> {
  const tables = ['assets', 'observations', 'prices', 'held_prices', 'snapshots'] as const;
  const counts: Record<string, number> = {};
  for (const table of [...tables, 'idempotency_keys'] as const) {
    const rows = await world.database.kysely.selectFrom(table).selectAll().execute();
    counts[table] = rows.length;
  }
  return counts;
}
