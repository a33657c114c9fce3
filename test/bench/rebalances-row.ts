import { performance } from 'node:perf_hooks';
import type { CreateRebalanceRequest } from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import { atLeast, rounded, type BenchRow } from './bench-row.js';
import { prepareRebalance, type BenchWorld } from './bench-world.js';

/** Actions of each rebalance. */
export const ACTIONS = 10;
const REBALANCES = 60;
const CONCURRENCY = 12;
/** Connections of the floor; the best of them counts. */
const FLOOR_CONCURRENCIES = [4, 8, 16];
const FLOOR_MS = 1_000;

/**
 * Rebalances per second end to end (created, dispatched over NATS, filled, folded, watched, ended),
 * against the commits per second of the same database divided by the write commits of one rebalance.
 * The processor time is that of all services and of the watching clients, which share this process.
 */
export async function rebalancesRow(world: BenchWorld): Promise<BenchRow> {
  const warm = await prepareAll(world, CONCURRENCY);
  await runAll(world, warm);
  const requests = await prepareAll(world, REBALANCES);
  const before = await writeTransactions(world);
  const processor = process.cpuUsage();
  const begin = performance.now();
  await runAll(world, requests);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(processor);
  const processorMs = (user + system) / 1000 / REBALANCES;
  const commits = Number((await writeTransactions(world)) - before) / REBALANCES;
  const floors: number[] = [];
  for (const concurrency of FLOOR_CONCURRENCIES) {
    floors.push(await commitsPerSecond(world, concurrency));
  }
  const most = Math.max(...floors);
  const floor = most / commits;
  const perSecond = REBALANCES / seconds;
  return atLeast(0.5, {
    name: `rebalances per second, ${ACTIONS} actions each`,
    measured:
      `${rounded(perSecond)}/s; each ${rounded(commits)} write commits ` +
      `and ${rounded(processorMs)} ms of processor time besides the database`,
    floor: `${rounded(floor)}/s if only the database worked (${rounded(most)} commits/s)`,
    ratio: perSecond / floor,
  });
}

/** Vaults and plans for so many rebalances. */
export async function prepareAll(
  world: BenchWorld,
  count: number,
): Promise<CreateRebalanceRequest[]> {
  const requests: CreateRebalanceRequest[] = [];
  for (let index = 0; index < count; index += 1)
    requests.push(await prepareRebalance(world, ACTIONS));
  return requests;
}

/** Creates and follows every rebalance to its end, some at a time. */
export async function runAll(
  world: BenchWorld,
  requests: readonly CreateRebalanceRequest[],
): Promise<void> {
  const waiting = [...requests];
  const worker = async (): Promise<void> => {
    for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
      const { rebalance } = await world.owner.orderGen.createRebalance(request);
      const { rebalanceId } = present(rebalance, 'a rebalance');
      const events = world.owner.orderGen.watchRebalance({ rebalanceId, afterSequence: 0n });
      for await (const { event } of events) if (event?.event?.$case === 'end') break;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Transaction ids are given to writing transactions only. */
async function writeTransactions(world: BenchWorld): Promise<bigint> {
  const { rows } = await world.database.pool.query<{ id: string }>(
    'select pg_current_xact_id()::text as id',
  );
  return BigInt(present(rows[0], 'a transaction id').id);
}

/** What the database can do at most: one-row inserts on so many connections. */
async function commitsPerSecond(world: BenchWorld, concurrency: number): Promise<number> {
  const { pool } = world.database;
  await pool.query(
    'create table if not exists bench_floor (id bigserial primary key, payload text)',
  );
  const end = performance.now() + FLOOR_MS;
  let commits = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await pool.query('insert into bench_floor (payload) values ($1)', ['x'.repeat(500)]);
      commits += 1;
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  return commits / ((performance.now() - begin) / 1000);
}
