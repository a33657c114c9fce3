import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Asset, Observation, Observation_Kind } from '@trimtab/contracts/oracle';
import { addMillis, parseInstant, present, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { composeEngine, engineConfig, type Engine } from '@trimtab/engine';
import type { RecordedPrice } from '@trimtab/engine/backtest';
import { createVirtualClock, systemIds, type VirtualClock } from '@trimtab/lifecycle';
import { silentLogger } from '@trimtab/telemetry';
import { parsePriceFile } from '../backtest/price-file.js';
import { startSuite, type Suite, type SuiteOptions } from '../suite/suite.js';
import { connectClients, type SuiteClients } from './clients.js';
import { DECIMALS } from './market.js';

const FILE = new URL(
  '../../../../test/fixtures/prices/btc-usd-daily-2016-2017.csv',
  import.meta.url,
);
/** Days of a fall of a quarter: the price goes through the threshold on the last of them. */
const FIRST_DAY = '2017-09-09T00:00:00.000Z';
const LAST_DAY = '2017-09-15T00:00:00.000Z';
const PUBLISHER = 'btc-usd-daily';
const DAY_SECONDS = 86_400;
const FREE = '127.0.0.1:0';
/** What follows from something is due within this; the next agent's look by itself comes later. */
const SOON_MILLIS = 10_000;
const MAX_STEPS_A_DAY = 200;

/** The suite with a strategy engine, on a virtual clock and days of recorded prices. */
export interface RollWorld {
  readonly owner: SuiteClients;
  readonly suite: Suite;
  /** The recorded days, in order. */
  readonly days: readonly RecordedPrice[];
  /** Moves the clock to the end of a day and publishes its price. */
  publish(day: RecordedPrice): Promise<void>;
  /** Has the engine do what is due for an intent, second by second, until nothing more follows. */
  runDay(intentId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the world, on an embedded PostgreSQL unless another is named; the clock shows the first day. */
export async function startRollWorld(
  dataFolder: string,
  servers: Pick<SuiteOptions, 'databaseUrl' | 'schemaPrefix'> = {},
): Promise<RollWorld> {
  const days = readDays();
  const clock = createVirtualClock(present(days[0], 'the span has days').time);
  const suite = await startSuite({
    dataFolder,
    clock,
    logger: silentLogger(),
    addresses: { oracle: FREE, solver: FREE, ordergen: FREE, executor: FREE, intent: FREE },
    ...servers,
  });
  const engine = engineOf(suite, clock);
  const operator = connectClients(suite, 'operator', ['admin']);
  const publisher = connectClients(suite, PUBLISHER, ['price:write']);
  const owner = connectClients(suite, 'treasurer', ['intent:write', 'rebalance:write']);
  await registerBase(operator);
  return {
    owner,
    suite,
    days,
    publish: async ({ time, price }) => {
      clock.set(time);
      const observation = Observation.fromPartial({
        kind: Observation_Kind.KIND_PRICE,
        assetId: 'WBTC',
        priceDecimal: formatDecimal(price),
        observeTime: new Date(time),
        sequence: BigInt(time),
      });
      await publisher.oracle.submitObservations({ requestId: '', observations: [observation] });
    },
    runDay: (intentId) => runDay({ clock, engine, suite, owner }, intentId),
    stop: async () => {
      for (const connection of [operator, publisher, owner]) connection.close();
      await engine.stop();
      await suite.stop();
    },
  };
}

interface Running {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  readonly suite: Suite;
  readonly owner: SuiteClients;
}

/** Seconds pass while something is under way or about to be; the rest of the day is nobody's work. */
async function runDay(running: Running, intentId: string): Promise<void> {
  const { clock, engine } = running;
  for (let step = 0; step < MAX_STEPS_A_DAY; step += 1) {
    await engine.runDue();
    const isBusy = await isTrading(running, intentId);
    if (!isBusy && !(await isDueSoon(running, intentId))) return;
    clock.set(addMillis(clock.now(), 1_000));
  }
  throw new Error(`intent ${intentId} found no rest in ${MAX_STEPS_A_DAY} s of a day`);
}

async function isTrading({ owner }: Running, intentId: string): Promise<boolean> {
  const { intent } = await owner.intent.getIntent({ intentId });
  const vaultId = intent?.vaultId ?? '';
  const { vault } = await owner.vaults.getVault({ vaultId });
  return vault?.openRebalanceId !== '';
}

/** The agents of prices are due all the time; the others only when there is something to do. */
async function isDueSoon({ suite, clock }: Running, intentId: string): Promise<boolean> {
  const { rows } = await suite.databases.intent.pool.query(
    `select from due_work where due_time <= $1
       and (intent_id = $2 or agent_kind = 'POOL') and agent_kind <> 'MARKET_MAKER'`,
    [new Date(addMillis(clock.now(), SOON_MILLIS)), intentId],
  );
  return rows.length > 0;
}

function engineOf(suite: Suite, clock: VirtualClock): Engine {
  const { addresses, tokenIssuer } = suite;
  const config = engineConfig({
    GRPC_ADDRESS: FREE,
    INTENT_ADDRESS: addresses.intent,
    ORACLE_ADDRESS: addresses.oracle,
    SOLVER_ADDRESS: addresses.solver,
    ORDERGEN_ADDRESS: addresses.ordergen,
  });
  return composeEngine(config, { clock, ids: systemIds, tokenIssuer, logger: silentLogger() });
}

/** One price a day, of one publisher: it counts until the next, and may move by a fifth. */
async function registerBase(operator: SuiteClients): Promise<void> {
  await operator.oracle.registerAsset({
    requestId: randomUUID(),
    asset: Asset.fromPartial({
      assetId: 'WBTC',
      decimals: DECIMALS.get('WBTC') ?? 0,
      lot: '1',
      minimumOrder: '1',
      maxAgeSeconds: 2 * DAY_SECONDS,
      heartbeatSeconds: DAY_SECONDS,
      quorumCount: 1,
      publishers: [PUBLISHER],
    }),
  });
}

function readDays(): readonly RecordedPrice[] {
  const prices = parsePriceFile(readFileSync(FILE, 'utf8'), 'BTC');
  if (!prices.ok) throw new Error(`recorded prices: ${prices.error}`);
  const [first, last] = [instantOf(FIRST_DAY), instantOf(LAST_DAY)];
  return prices.value.filter(({ time }) => time >= first && time <= last);
}

function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
