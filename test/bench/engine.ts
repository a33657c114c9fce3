import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IntentType } from '@trimtab/contracts/intent';
import { engineConfig, openPorts } from '@trimtab/engine';
import { startEmbeddedPostgres } from '@trimtab/storage';
import { environmentOf, startEngineWorld, type EngineWorld } from '../e2e/engine-world.js';
import { rounded } from './bench-row.js';

/**
 * What 10 000 intents cost one engine, as ratios to the floor of the same run: a claim of an empty
 * table, with everything that a call costs. 50 of the intents are real, with vaults and options; the
 * others are copies of their rows, which sleep.
 */
const REAL_COUNT = 50;
const BATCH = 5;
const COPIES_EACH = 199;
const INTENT_COUNT = REAL_COUNT * (COPIES_EACH + 1);
const ROUNDS = 200;

const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-bench-engine-'));
const postgres = await startEmbeddedPostgres({ dataFolder: join(dataFolder, 'postgres') });
process.env['TRIMTAB_TEST_DATABASE_URL'] = postgres.connectionString;
const world = await startEngineWorld();
try {
  await measure(world);
} finally {
  await world.end();
  await postgres.stop();
  await rm(dataFolder, { recursive: true, force: true });
}

async function measure({ suite, clock, ...rest }: EngineWorld): Promise<void> {
  const open = openPorts(engineConfig(environmentOf(suite)), {
    clock,
    tokenIssuer: suite.tokenIssuer,
  });
  const claim = (): Promise<unknown> =>
    open.ports.intents.claim({ engineId: 'bench', kinds: [], limit: 16, leaseSeconds: 30 });
  const query = (text: string): Promise<{ rows: Record<string, string>[] }> =>
    suite.databases.intent.pool.query(text.replaceAll('{}', suite.databases.intent.schema));
  const ticks = async (kind: string): Promise<number> => {
    await query(
      `update {}.due_work set due_time = to_timestamp(${clock.now() / 1000})
       where agent_kind = '${kind}' and (intent_id is null or intent_id not like '%-copy%')`,
    );
    const started = performance.now();
    const count = await rest.engine.runDue();
    return (performance.now() - started) / count;
  };

  await best(ROUNDS, timed(claim));
  const floor = await best(ROUNDS, timed(claim));
  await rest.setPrice('WBTC', '7000');
  for (let made = BATCH; made <= REAL_COUNT; made += BATCH) {
    for (let one = 0; one < BATCH; one += 1) await createIntent();
    await rest.until('every intent holds a series', async () => {
      const { rows } = await query(
        `select count(*) from {}.intents where runtime->'index'->>'seriesId' is not null`,
      );
      return rows[0]?.['count'] === String(made) ? true : undefined;
    });
  }
  for (let second = 0; second < 5; second += 1) await rest.pass(1_000);
  const oracleOfFew = await best(5, () => ticks('ORACLE'));
  await copyRows();

  const idleClaim = await best(ROUNDS, timed(claim));
  const idlePass = await best(
    ROUNDS,
    timed(() => rest.engine.runDue()),
  );
  const monitor = await best(5, () => ticks('POSITION_MONITOR'));
  const rebalance = await best(5, () => ticks('REBALANCE'));
  const oracle = await best(5, () => ticks('ORACLE'));
  const before = heapBytes();
  for (let round = 0; round < ROUNDS; round += 1) await rest.engine.runDue();
  const grown = Math.max(0, heapBytes() - before);
  const { rows } = await query(
    `select (select count(*) from {}.due_work) as work,
       pg_total_relation_size('{}.due_work') as work_bytes,
       pg_total_relation_size('{}.intents') as intent_bytes`,
  );
  open.close();
  const each = (bytes: string | undefined): number => rounded(Number(bytes) / INTENT_COUNT);
  const table = [
    { what: 'claim of an empty table (floor)', millis: rounded(floor), ratio: 1 },
    { what: `claim, ${INTENT_COUNT} intents asleep`, ...against(idleClaim, floor) },
    { what: 'pass of the engine with nothing due (two claims)', ...against(idlePass, floor) },
    { what: `tick of a position monitor, ${REAL_COUNT} due`, ...against(monitor, floor) },
    {
      what: `tick of a rebalance agent that holds, ${REAL_COUNT} due`,
      ...against(rebalance, floor),
    },
    { what: `tick of the oracle agent alone, ${REAL_COUNT} bands`, ...against(oracleOfFew, floor) },
    { what: `tick of the oracle agent alone, ${INTENT_COUNT} bands`, ...against(oracle, floor) },
  ];
  console.table(table);
  const memory = {
    heapBytesPerIntent: rounded(grown / INTENT_COUNT),
    workRowsPerIntent: each(rows[0]?.['work']),
    workBytesPerIntent: each(rows[0]?.['work_bytes']),
    intentBytesPerIntent: each(rows[0]?.['intent_bytes']),
  };
  console.log(JSON.stringify({ bench: 'engine', intentCount: INTENT_COUNT, table, memory }));

  function createIntent(): Promise<unknown> {
    return rest.create({
      type: IntentType.INTENT_TYPE_HEDGE,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
    });
  }

  /** A copy sleeps as its original does. */
  async function copyRows(): Promise<void> {
    await query(
      `insert into {}.intents
       select (jsonb_populate_record(null::{}.intents, to_jsonb(i) || jsonb_build_object(
         'intent_id', i.intent_id || '-copy' || n, 'vault_id', i.vault_id || '-copy' || n))).*
       from {}.intents i, generate_series(1, ${COPIES_EACH}) n`,
    );
    await query(
      `insert into {}.due_work
       select (jsonb_populate_record(null::{}.due_work, to_jsonb(w) || jsonb_build_object(
         'work_id', w.work_id || '-copy' || n, 'instance_key', w.instance_key || '-copy' || n,
         'intent_id', w.intent_id || '-copy' || n))).*
       from {}.due_work w, generate_series(1, ${COPIES_EACH}) n where w.intent_id is not null`,
    );
    await query('vacuum analyze {}.due_work');
    await query('vacuum analyze {}.intents');
  }
}

function against(millis: number, floor: number): { millis: number; ratio: number } {
  return { millis: rounded(millis), ratio: rounded(millis / floor) };
}

/** The least of some rounds: the noise of a machine only ever adds. */
async function best(rounds: number, measureOnce: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) least = Math.min(least, await measureOnce());
  return least;
}

function timed(run: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
