import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  Asset,
  Observation,
  Observation_Kind as ObservationKind,
  OracleServiceService,
} from '@trimtab/contracts/oracle';
import { instant, present } from '@trimtab/core';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import { createVirtualClock } from '@trimtab/lifecycle';
import { composeOracle, type OracleTables } from '@trimtab/oracle';
import { createDatabase, startEmbeddedPostgres } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth } from '@trimtab/testkit';

/**
 * What 20 000 halves of option series cost an oracle: memory, a batch of 1 000 model prices that all move
 * and are all published, a registration and a look-up among them, and the time of its process when every
 * series has matured. Everything runs in this process, over gRPC and a private PostgreSQL.
 */

const HALVES = 20_000;
const BATCH = 1_000;
const ROUNDS = 15;
const IDLE_MILLIS = 10_000;
const MODEL = 'engine-oracle';

type Oracle = ServiceClient<typeof OracleServiceService>;

const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-series-'));
await chmod(dataFolder, 0o711);
const postgres = await startEmbeddedPostgres({ dataFolder: join(dataFolder, 'postgres') });
const database = createDatabase<OracleTables>({
  connectionString: postgres.connectionString,
  schema: 'series',
  maxConnections: 10,
});
const clock = createVirtualClock(instant(1_522_800_000_000));
const auth = await testAuth();
const oracle = composeOracle(
  {
    GRPC_ADDRESS: '127.0.0.1:0',
    REFLECTION: false,
    DRAIN_TIMEOUT_MILLIS: 1000,
    DENOMINATION_ASSET: 'USDC',
    DENOMINATION_DECIMALS: 6,
    CLOCK_POLL_MILLIS: 250,
    VIEW_POLL_MILLIS: 250,
    PRUNE_POLL_MILLIS: 60_000,
    OBSERVATION_RETENTION_SECONDS: 604_800,
    PRICE_RETENTION_SECONDS: 7_776_000,
    SNAPSHOT_RETENTION_SECONDS: 7_776_000,
  },
  { clock, database, authenticator: auth.authenticator, logger: silentLogger() },
);
await oracle.start();
const clientOf = async (subject: string, scopes: readonly string[]): Promise<Oracle> =>
  createUserClient({
    definition: OracleServiceService,
    address: () => oracle.address,
    token: await auth.token(subject, scopes),
  });
const admin = await clientOf('admin', ['admin']);
const engine = await clientOf(MODEL, ['engine', 'price:write']);
await admin.registerAsset({ requestId: '', asset: termsOf('WBTC') });
const halves = Array.from({ length: HALVES }, (_, index) => halfOf(index));

const empty = heapMegabytes();
await inParallel(16, halves, (assetId) => register(assetId));
const registered = heapMegabytes();
for (let from = 0; from < HALVES; from += BATCH) await publish(halves.slice(from, from + BATCH), 0);
const priced = heapMegabytes();

const batches: number[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  clock.advanceMillis(1_000);
  batches.push(await timed(() => publish(halves.slice(0, BATCH), round)));
}
const registrations: number[] = [];
const lookups: number[] = [];
for (let index = 0; index < 50; index += 1) {
  const assetId = halfOf(HALVES + index);
  registrations.push(await timed(() => register(assetId)));
  const query = { pageSize: 1, pageToken: '', assetIds: [assetId] };
  lookups.push(await timed(() => engine.listAssets(query)));
}
const liveShare = await processShare();
clock.advanceMillis(600_000);
const stale = await timed(untilStale);
const idleShare = await processShare();

console.log(
  JSON.stringify({
    bench: 'series',
    halves: HALVES,
    heapMegabytes: { empty, registered, priced },
    kilobytesPerPricedHalf: rounded(((priced - empty) * 1024) / HALVES),
    millisPerBatch: median(batches),
    batch: BATCH,
    millisPerRegistration: median(registrations),
    millisPerLookup: median(lookups),
    millisUntilAllStale: rounded(stale),
    processorShare: { allLive: liveShare, allMatured: idleShare },
  }),
);
for (const client of [admin, engine]) client.close();
await oracle.stop();
await database.close();
await postgres.stop();
await rm(dataFolder, { recursive: true, force: true });

/** P and N of series of a strike each. */
function halfOf(index: number): string {
  return `${index % 2 === 0 ? 'P' : 'N'}-BTC-${1000 + Math.floor(index / 2)}-20180601`;
}

function termsOf(assetId: string): Asset {
  const terms = { decimals: 8, lot: '1', minimumOrder: '1', quorumCount: 1, breakerBps: 10_000 };
  return Asset.fromPartial({ assetId, ...terms, publishers: [MODEL] });
}

async function register(assetId: string): Promise<void> {
  await engine.registerAsset({ requestId: '', asset: termsOf(assetId) });
}

/** Each round moves every price by more than the deviation. */
async function publish(assetIds: readonly string[], round: number): Promise<void> {
  const observeTime = new Date(clock.now());
  const observations = assetIds.map((assetId) =>
    Observation.fromPartial({
      ...{ kind: ObservationKind.KIND_PRICE, assetId, observeTime },
      ...{ priceDecimal: String(3000 + 30 * (round % 3)), sequence: BigInt(clock.now()) },
    }),
  );
  const answer = await engine.submitObservations({ requestId: '', observations });
  if (answer.acceptedCount !== assetIds.length) throw new Error(JSON.stringify(answer));
}

/** Resolves once the last of the halves is STALE, which the job of the clock works towards. */
async function untilStale(): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ count: string }>(
      `select count(*) from series.asset_heads where state = 'STALE'`,
    );
    if (Number(rows[0]?.count) >= HALVES) return;
    await pause(20);
  }
}

/** The part of one processor that this process takes while nobody calls. */
async function processShare(): Promise<number> {
  const before = process.cpuUsage();
  await pause(IDLE_MILLIS);
  const { user, system } = process.cpuUsage(before);
  return rounded((user + system) / 1000 / IDLE_MILLIS);
}

function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let times = 0; times < 3; times += 1) collect();
  return rounded(process.memoryUsage().heapUsed / 1_048_576);
}

async function inParallel(
  width: number,
  items: readonly string[],
  work: (item: string) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = present(items[next], 'the index is inside');
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((left, right) => left - right);
  return rounded(present(ordered[Math.floor(ordered.length / 2)], 'a measurement'));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
