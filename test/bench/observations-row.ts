import { performance } from 'node:perf_hooks';
import { connectClients, registerAsset } from '@trimtab/cli';
import { Observation_Kind as ObservationKind, type Observation } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import { atMost, rounded, type BenchRow } from './bench-row.js';
import type { BenchWorld } from './bench-world.js';

const BATCH = 1000;
const ROUNDS = 15;
const PUBLISHERS = ['feed-a', 'feed-b'];

/**
 * A batch of 1 000 observations of 1 000 assets over gRPC, from the call to its answer (checked,
 * stored, each price looked at and published where it is due), against the least that the database
 * can do for it: the same rows into two tables, the latest and the history, in two statements and one
 * commit. Medians, taken in turns.
 */
export async function observationsRow(world: BenchWorld): Promise<BenchRow> {
  const operator = connectClients(world.suite, 'observations', ['admin']);
  const assets = Array.from({ length: BATCH }, (_, index) => `FEED-${index}`);
  for (const asset of assets) await registerAsset(operator, asset, 6, PUBLISHERS);
  const feeds = PUBLISHERS.map((name) => connectClients(world.suite, name, ['price:write']));
  const submit = async (round: number): Promise<number> => {
    const observations = batchOf(assets, round);
    const begin = performance.now();
    const feed = present(feeds[round % feeds.length], 'a feed');
    const answer = await feed.oracle.submitObservations({ requestId: '', observations });
    const millis = performance.now() - begin;
    if (answer.acceptedCount !== BATCH) throw new Error(`${answer.acceptedCount} accepted`);
    return millis;
  };
  await prepareFloor(world);
  for (let round = 0; round < 4; round += 1) {
    await submit(round);
    await writeFloor(world, batchOf(assets, round));
  }
  const measured: number[] = [];
  const floors: number[] = [];
  for (let round = 4; round < ROUNDS + 4; round += 1) {
    measured.push(await submit(round));
    floors.push(await writeFloor(world, batchOf(assets, round)));
  }
  for (const client of [operator, ...feeds]) client.close();
  const [found, floor] = [median(measured), median(floors)];
  return atMost(4, {
    name: `SubmitObservations, ${BATCH} at once`,
    measured: `${rounded(found)} ms, ${Math.round((BATCH * 1000) / found)} observations/s`,
    floor: `${rounded(floor)} ms if only the database worked`,
    ratio: found / floor,
  });
}

/** Prices that stay within the deviation: most batches publish nothing, as in a quiet market. */
function batchOf(assets: readonly string[], round: number): Observation[] {
  const now = Date.now();
  return assets.map((assetId, index) => ({
    publisher: '',
    kind: ObservationKind.KIND_PRICE,
    assetId,
    priceDecimal: `${1000 + index}.0${(round % 9) + 1}`,
    bidDecimal: '',
    askDecimal: '',
    confidenceDecimal: '',
    observeTime: new Date(now),
    sequence: BigInt(now) * 100n + BigInt(round),
  }));
}

async function prepareFloor({ database }: BenchWorld): Promise<void> {
  const columns = `asset text, publisher text, sequence bigint, time timestamptz, price text`;
  await database.pool.query(
    `create table bench_latest (${columns}, primary key (asset, publisher))`,
  );
  await database.pool.query(
    `create table bench_history (${columns}, primary key (asset, publisher, sequence))`,
  );
}

async function writeFloor(
  { database }: BenchWorld,
  observations: readonly Observation[],
): Promise<number> {
  const values = [
    observations.map(({ assetId }) => assetId),
    observations.map(({ sequence }) => `feed-${sequence % 2n}`),
    observations.map(({ sequence }) => sequence.toString()),
    observations.map(({ observeTime }) => present(observeTime, 'a time').toISOString()),
    observations.map(({ priceDecimal }) => priceDecimal),
  ];
  const rows =
    'select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[])';
  const client = await database.pool.connect();
  try {
    const begin = performance.now();
    await client.query('begin');
    await client.query(`insert into bench_history ${rows}`, values);
    await client.query(
      `insert into bench_latest ${rows} on conflict (asset, publisher) do update
       set sequence = excluded.sequence, time = excluded.time, price = excluded.price`,
      values,
    );
    await client.query('commit');
    return performance.now() - begin;
  } finally {
    client.release();
  }
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((left, right) => left - right);
  return present(ordered[Math.floor(ordered.length / 2)], 'a measurement');
}
