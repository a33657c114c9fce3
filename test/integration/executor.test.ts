import { ExecType, FailureReason, OrderDispatch } from '@trimtab/contracts/execution';
import { Observation, Observation_Kind } from '@trimtab/contracts/oracle';
import { composeExecutor, executorConfig, type ExecutorTables } from '@trimtab/executor';
import { systemClock, type ServedComponent } from '@trimtab/lifecycle';
import { connectJetStream, createInProcessBus, type Bus } from '@trimtab/messaging';
import { sql, type Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import {
  eventually,
  memorySpans,
  testDatabase,
  testNatsUrl,
  testSubjectPrefix,
  type MemorySpans,
} from '@trimtab/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeExecutor } from './executor-conformance.js';
import { openDesk, type Desk } from './executor-desk.js';
import { scenario, startExecutorWorld, type ExecutorWorld } from './executor-world.js';

const buses: readonly (readonly [string, () => Promise<Bus>])[] = [
  ['the in-process bus', async () => createInProcessBus({ logger: silentLogger() })],
  [
    'the JetStream bus',
    () =>
      connectJetStream({
        url: testNatsUrl() ?? 'no test server',
        logger: silentLogger(),
        subjectPrefix: testSubjectPrefix(),
      }),
  ],
];

/** Composes the reference executor in this process, on a real database. */
function executorOn(
  world: ExecutorWorld,
  bus: Bus,
  database: Database<ExecutorTables>,
  environment: Readonly<Record<string, string>> = {},
): ServedComponent {
  const config = executorConfig({
    DATABASE_URL: 'postgres://is-given',
    GRPC_ADDRESS: '127.0.0.1:0',
    ORACLE_ADDRESS: world.oracleAddress,
    ORDERGEN_ADDRESS: world.orderGenAddress,
    ...environment,
  });
  const { authenticator, issuer: tokenIssuer } = world.auth;
  const logger = silentLogger();
  return composeExecutor(config, {
    clock: systemClock,
    database,
    bus,
    authenticator,
    tokenIssuer,
    logger,
  });
}

describe.each(buses)('on %s', (_, createBus) => {
  describeExecutor('the reference executor keeps the contract', async (world) => {
    const bus = await createBus();
    const database = await testDatabase<ExecutorTables>('executor');
    let executor = executorOn(world, bus, database);
    await executor.start();
    return {
      bus,
      restart: async () => {
        await executor.stop();
        executor = executorOn(world, bus, database);
        await executor.start();
      },
      stop: async () => {
        await executor.stop();
        await bus.close();
        await database.close();
      },
    };
  });

  describe('the paper venue', () => {
    let world: ExecutorWorld;
    let bus: Bus;
    let database: Database<ExecutorTables>;
    let desk: Desk;
    let running: ServedComponent | undefined;
    let spans: MemorySpans;
    beforeAll(async () => {
      spans = memorySpans();
      world = await startExecutorWorld();
    });
    afterAll(async () => {
      await world.stop();
      await spans.stop();
    });
    beforeEach(async () => {
      world.quotes = [];
      bus = await createBus();
      database = await testDatabase<ExecutorTables>('executor');
      desk = await openDesk(bus);
    });
    afterEach(async () => {
      await desk.close();
      await running?.stop();
      await bus.close();
      await database.close();
    });

    async function start(
      script: readonly unknown[] = [],
      environment: Readonly<Record<string, string>> = {},
    ): Promise<void> {
      const PAPER_SCRIPT = JSON.stringify(script);
      running = executorOn(world, bus, database, { ...environment, PAPER_SCRIPT });
      await running.start();
    }

    it('fails with the scripted reason', async () => {
      await start([{ outcome: { kind: 'FAIL', reason: 'ASSET_LOCKED' } }]);
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      const [failure] = await desk.awaitReports(order, 1);
      expect(failure?.report.execType).toBe(ExecType.EXEC_TYPE_REJECTED);
      expect(failure?.report.failureReason).toBe(FailureReason.FAILURE_REASON_ASSET_LOCKED);
    });

    it('fills at the best fresh quote, and at the price where none is fresh', async () => {
      await start([], { PAPER_MAX_SLIPPAGE_BPS: '0', PAPER_FEE_BPS: '10' });
      const last = async (order: OrderDispatch) => {
        await desk.send(order);
        return (await desk.awaitReports(order, 1)).at(-1)?.report;
      };
      world.quotes = [quoteOf('a', '99.8', '100.2'), quoteOf('b', '99.9', '100.3')];
      const sell = () => scenario(world, { kind: 'SELLS' }).sell();
      const buy = () => scenario(world, { kind: 'BUYS' }).buy();
      // 2 × 99.9; floor(200 / 100.2) to 8 digits
      expect(await last(sell())).toMatchObject({
        cumulativeUnderlying: '199800000',
        cumulativeFee: '0',
      });
      expect(await last(buy())).toMatchObject({
        cumulativeQuantity: '199600798',
        cumulativeFee: '0',
      });
      // 1 % of slippage is allowed.
      world.quotes = [quoteOf('a', '98.99', '101.01')];
      const reason = FailureReason.FAILURE_REASON_SLIPPAGE_EXCEEDED;
      expect((await last(sell()))?.failureReason).toBe(reason);
      expect((await last(buy()))?.failureReason).toBe(reason);
      world.quotes = [quoteOf('a', '99.9', '100.1', 61_000)];
      // 200 less a fee of 10 bps
      expect(await last(sell())).toMatchObject({
        cumulativeUnderlying: '199800000',
        cumulativeFee: '200000',
      });
    });

    it('is out of order as scripted until the order expires', async () => {
      await start([{ outcome: { kind: 'FAIL', reason: 'VENUE_UNAVAILABLE' } }]);
      const expireTime = new Date(Date.now() + 2_000);
      const order = scenario(world, { kind: 'SELLS' }).sell({ expireTime });
      await desk.send(order);
      const [failure] = await desk.awaitReports(order, 1);
      expect(failure?.report.failureReason).toBe(FailureReason.FAILURE_REASON_VENUE_UNAVAILABLE);
      expect(failure?.report.occurTime?.getTime()).toBeGreaterThanOrEqual(expireTime.getTime());
    });

    it('fills a part, then ends the rest, in sequence', async () => {
      await start([{ outcome: { kind: 'FILL_PART', fillBps: 5_000 } }]);
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      const reports = (await desk.awaitReports(order, 2)).map(({ report }) => report);
      expect(reports).toMatchObject([
        { execType: ExecType.EXEC_TYPE_PARTIAL_FILL, reportSequence: 1n },
        {
          execType: ExecType.EXEC_TYPE_CANCELED,
          reportSequence: 2n,
          failureReason: FailureReason.FAILURE_REASON_INSUFFICIENT_LIQUIDITY,
        },
      ]);
      expect(reports.map((report) => report.cumulativeQuantity)).toEqual([
        '100000000',
        '100000000',
      ]);
      expect(reports.map((report) => report.lastQuantity)).toEqual(['100000000', '0']);
      await desk.send(order);
      const again = await desk.awaitReports(order, 4);
      expect(again.map(({ report }) => report.reportSequence)).toEqual([1n, 2n, 1n, 2n]);
    });

    it('times out, and confirms that nothing filled', async () => {
      await start([{ index: 0, outcome: { kind: 'TIME_OUT', afterMillis: 50 } }]);
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      const [failure] = await desk.awaitReports(order, 1);
      expect(failure?.report.failureReason).toBe(FailureReason.FAILURE_REASON_VENUE_TIMEOUT);
      expect(failure?.report.cumulativeUnderlying).toBe('0');
    });

    it('answers twice under one event id', async () => {
      await start([{ direction: 'DECREASE', outcome: { kind: 'ANSWER_TWICE' } }]);
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      const reports = await desk.awaitReports(order, 2);
      expect(new Set(reports.map(({ payload }) => payload)).size).toBe(1);
    });

    it('answers late, and other vaults do not wait for it', async () => {
      await start([{ index: 1, outcome: { kind: 'ANSWER_LATE', afterMillis: 1_000 } }]);
      const late = scenario(world, { kind: 'SELLS', actionCount: 2 }).sell({ index: 1 });
      const prompt = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(late);
      await desk.send(prompt);
      await desk.awaitReports(prompt, 1);
      expect(desk.reportsOf(late)).toEqual([]);
      const [report] = await desk.awaitReports(late, 1);
      expect(report?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
    });

    it('executes once an order that a stop cut off before the venue answered', async () => {
      await start([{ outcome: { kind: 'ANSWER_LATE', afterMillis: 60_000 } }]);
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      await eventually(async () => {
        const { rows } = await sql`select 1 from submissions`.execute(database.kysely);
        return rows.length > 0 ? true : undefined;
      });
      await running?.stop();
      expect(desk.reportsOf(order)).toEqual([]);
      await start();
      const reports = await desk.awaitReports(order, 1);
      expect(new Set(reports.map(({ payload }) => payload)).size).toBe(1);
      expect(reports[0]?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
    });

    it('stops at once while its recovery waits for an order that a dispatch has in hand', async () => {
      await start();
      await running?.stop();
      const made = [1, 2].map(() => scenario(world, { kind: 'SELLS' }).sell());
      const [first, second] = made.sort((left, right) => (left.orderId < right.orderId ? -1 : 1));
      if (first === undefined || second === undefined) throw new Error('there are two orders');
      for (const { orderId, rebalanceId, vaultId } of [first, second]) {
        const order = orderId === first.orderId ? first : second;
        const dispatch = Buffer.from(OrderDispatch.encode(order).finish());
        await sql`
          insert into orders (order_id, rebalance_id, vault_id, order_index, dispatch, state)
          values (${orderId}, ${rebalanceId}, ${vaultId}, 0, ${dispatch}, 'ACCEPTED')`.execute(
          database.kysely,
        );
      }
      // The venue knows the first, so that recovery goes on to the second as soon as it is let.
      const executed = { quantity: '7', underlying: '8', fee: '1' };
      const answer = { reports: [{ execType: 'FILL', executed, venueReference: 'known' }] };
      await sql`
        insert into paper_orders (client_order_id, answer)
        values (${first.orderId}, ${JSON.stringify({ ...answer, deliveryCount: 1 })}::jsonb)`.execute(
        database.kysely,
      );
      const holder = await database.pool.connect();
      await holder.query('begin');
      await holder.query('select from orders where order_id = $1 for update', [first.orderId]);
      await start([{ outcome: { kind: 'ANSWER_LATE', afterMillis: 60_000 } }]);
      await desk.send(second);
      await eventually(async () => {
        const { rows } = await sql`select 1 from submissions`.execute(database.kysely);
        return rows.length > 0 ? true : undefined;
      });
      await holder.query('commit');
      holder.release();
      expect(await desk.awaitReports(first, 1)).toHaveLength(1);
      await eventually(async () => {
        const { rows } = await sql`
          select 1 from pg_stat_activity where wait_event = 'advisory' and query like '%lock%'
            and application_name = ${`trimtab-${database.schema}`}`.execute(database.kysely);
        return rows.length > 0 ? true : undefined;
      });
      await running?.stop();
      expect(desk.reportsOf(second)).toEqual([]);
    }, 30_000);

    it('rule 4: is asked first after a crash between its answer and ours', async () => {
      await start();
      await running?.stop();
      const order = scenario(world, { kind: 'SELLS' }).sell();
      const dispatch = Buffer.from(OrderDispatch.encode(order).finish());
      const executed = { quantity: '7', underlying: '8', fee: '1' };
      const report = { execType: 'FILL', executed, venueReference: 'from-before' };
      const answer = JSON.stringify({ reports: [report], deliveryCount: 1 });
      await sql`
        insert into orders (order_id, rebalance_id, vault_id, order_index, dispatch, state)
        values (${order.orderId}, ${order.rebalanceId}, ${order.vaultId}, 0, ${dispatch}, 'ACCEPTED')`.execute(
        database.kysely,
      );
      await sql`
        insert into paper_orders (client_order_id, answer)
        values (${order.orderId}, ${answer}::jsonb)`.execute(database.kysely);
      await start();
      const [found] = await desk.awaitReports(order, 1);
      expect(found?.report).toMatchObject({
        cumulativeQuantity: '7',
        cumulativeUnderlying: '8',
        venueReference: 'from-before',
      });
    });

    it('serves more orders at once than the database has connections', async () => {
      await start([{ outcome: { kind: 'ANSWER_LATE', afterMillis: 20 } }], {
        ORDER_CONCURRENCY: '256',
      });
      const orders = Array.from({ length: 60 }, () => scenario(world, { kind: 'SELLS' }).sell());
      await Promise.all(orders.map((order) => desk.send(order)));
      for (const order of orders) await desk.awaitReports(order, 1);
    });

    it('answers in the trace of the dispatch', async () => {
      await start();
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
      const [report] = await desk.awaitReports(order, 1);
      expect(report?.headers.get('traceparent')).toContain(traceId);
    });
  });
});

/** A quote of a market maker for WBTC. */
function quoteOf(publisher: string, bidDecimal: string, askDecimal: string, ageMillis = 0) {
  const observeTime = new Date(Date.now() - ageMillis);
  const kind = Observation_Kind.KIND_QUOTE;
  return Observation.create({
    publisher,
    kind,
    assetId: 'WBTC',
    bidDecimal,
    askDecimal,
    observeTime,
  });
}
