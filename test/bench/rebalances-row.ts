import { performance } from 'node:perf_hooks';
import type { CreateRebalanceRequest } from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import { atLeast, rounded, type BenchRow } from './bench-row.js';
import { prepareRebalance, type BenchWorld } from './bench-world.js';

const ACTIONS = 10;
const REBALANCES = 60;
const CONCURRENCY = 12;
const FLOOR_MS = 2_000;

/**
 * Rebalances per second end to end (created, dispatched over NATS, filled, folded, ended), against
 * the commits per second of the same database divided by the write commits of one rebalance.
 */
export async function rebalancesRow(world: BenchWorld): Promise<BenchRow> {
  const warm = await prepareAll(world, CONCURRENCY);
  await runAll(world, warm);
  const requests = await prepareAll(world, REBALANCES);
  const before = await writeTransactions(world);
  const begin = performance.now();
  await runAll(world, requests);
  const seconds = (performance.now() - begin) / 1000;
  const commits = Number((await writeTransactions(world)) - before) / REBALANCES;
  const floor = (await commitsPerSecond(world)) / commits;
  const perSecond = REBALANCES / seconds;
  return atLeast(0.5, {
    name: `rebalances per second, ${ACTIONS} actions each`,
    measured: `${rounded(perSecond)}/s, ${rounded(commits)} write commits each`,
    floor: `${rounded(floor)}/s if only the database worked`,
    ratio: perSecond / floor,
  });
}

async function prepareAll(world: BenchWorld, count: number): Promise<CreateRebalanceRequest[]> {
  const requests: CreateRebalanceRequest[] = [];
  for (let index = 0; index < count; index += 1)
    requests.push(await prepareRebalance(world, ACTIONS));
  return requests;
}

/** Creates and follows every rebalance to its end, some at a time. */
async function runAll(
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

/** What the database can do at most: one-row inserts on as many connections as are used above. */
async function commitsPerSecond(world: BenchWorld): Promise<number> {
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
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return commits / ((performance.now() - begin) / 1000);
}
