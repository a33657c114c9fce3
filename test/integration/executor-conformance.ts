import { contentHash, TAGS } from '@trimtab/canonical';
import { ExecType, FailureReason, OrderDispatch } from '@trimtab/contracts/execution';
import { Price_State } from '@trimtab/contracts/oracle';
import type { Rebalance } from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { subjects, type Bus } from '@trimtab/messaging';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeShorts } from './executor-conformance-shorts.js';
import { openDesk, type Desk, type ReceivedReport } from './executor-desk.js';
import {
  AMOUNT,
  QUANTITY,
  scenario,
  startExecutorWorld,
  type ExecutorWorld,
} from './executor-world.js';

/** An executor that runs, and how the suite reaches it. */
export interface ExecutorUnderTest {
  /** Speaks to the same subjects, with the same prefix, as the executor. */
  readonly bus: Bus;
  /** Ends the process and starts it again on what it had stored. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The contract of an executor (execution rules): what any process that speaks the two subjects has to
 * do. `start` is given the addresses and keys of the services that an executor asks. It must trade at
 * the oracle's price with slippage and fees of less than 1 % together.
 */
export function describeExecutor(
  name: string,
  start: (world: ExecutorWorld) => Promise<ExecutorUnderTest>,
): void {
  describe(name, () => {
    let world: ExecutorWorld;
    let executor: ExecutorUnderTest;
    let desk: Desk;
    beforeAll(async () => {
      world = await startExecutorWorld();
      executor = await start(world);
      desk = await openDesk(executor.bus);
    });
    afterAll(async () => {
      await desk.close();
      await executor.stop();
      await world.stop();
    });
    beforeEach(() => {
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '100' };
      world.quotes = [];
      world.orderGenIsDown = false;
    });

    /** Sends an order and returns its one, failed, report. */
    async function failureOf(order: OrderDispatch): Promise<ReceivedReport['report'] | undefined> {
      await desk.send(order);
      const [failure] = await desk.awaitReports(order, 1);
      expect(failure?.subject).toBe(subjects.failure(order.vaultId));
      expect(failure?.report).toMatchObject({
        cumulativeQuantity: '0',
        cumulativeUnderlying: '0',
        cumulativeFee: '0',
        orderedAmount: order.amount,
        reportSequence: 1n,
      });
      return failure?.report;
    }
    const reasonOf = async (order: OrderDispatch) => (await failureOf(order))?.failureReason;

    it('sells at most what goes in for at least the minimum, and says so under its ids', async () => {
      const { sell, rebalanceId, vaultId } = scenario(world, { kind: 'SELLS' });
      const order = sell();
      await desk.send(order);
      const received = await desk.awaitReports(order, 1);
      for (const [position, { eventId, report }] of received.entries()) {
        const reportSequence = position + 1;
        expect(eventId).toBe(
          contentHash(TAGS.reportId, { orderId: order.orderId, reportSequence }),
        );
        expect(report).toMatchObject({ eventId, rebalanceId, vaultId, index: 0 });
        expect(report).toMatchObject({ orderedAmount: AMOUNT, cumulativeCollateral: '0' });
        expect(report.reportSequence).toBe(BigInt(reportSequence));
      }
      const last = received.at(-1);
      expect(last?.subject).toBe(subjects.result(vaultId));
      expect(last?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
      expect(last?.report.cumulativeQuantity).toBe(QUANTITY);
      const proceeds = BigInt(last?.report.cumulativeUnderlying ?? '0');
      expect(proceeds >= BigInt(order.minimumOut) && proceeds <= BigInt(AMOUNT)).toBe(true);
      expect(last?.report.occurTime).toBeInstanceOf(Date);
    });

    it('buys at least the minimum and spends at most what goes in, fees included', async () => {
      const order = scenario(world, { kind: 'BUYS' }).buy();
      await desk.send(order);
      const last = (await desk.awaitReports(order, 1)).at(-1);
      expect(last?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
      expect(BigInt(last?.report.cumulativeUnderlying ?? '0') <= BigInt(AMOUNT)).toBe(true);
      const bought = BigInt(last?.report.cumulativeQuantity ?? '0');
      expect(bought >= BigInt(order.minimumOut)).toBe(true);
    });

    it('rule 4: answers a known order with the same reports, byte for byte, and executes nothing', async () => {
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(order);
      const [first] = await desk.awaitReports(order, 1);
      // What would be refused now was executed then.
      world.vaults.set(order.vaultId, Vault.create({ vaultId: order.vaultId, cash: '0' }));
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '50' };
      await desk.send(order);
      await desk.awaitReports(order, 2);
      await desk.send(order);
      const all = await desk.awaitReports(order, 3);
      expect(new Set(all.map(({ eventId }) => eventId))).toEqual(new Set([first?.eventId]));
      expect(new Set(all.map(({ payload }) => payload))).toEqual(new Set([first?.payload]));
    });

    it('executes once what is dispatched many times at once', async () => {
      const order = scenario(world, { kind: 'SELLS' }).sell();
      await Promise.all([desk.send(order), desk.send(order), desk.send(order), desk.send(order)]);
      const all = await desk.awaitReports(order, 1);
      expect(new Set(all.map(({ payload }) => payload)).size).toBe(1);
    });

    const other = 'e'.repeat(64);
    it.each<[string, Partial<OrderDispatch>, FailureReason]>([
      ['plan hash', { planHash: other }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
      ['h0', { h0: other }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
      ['bundle hash', { txBundleHash: other }, FailureReason.FAILURE_REASON_BUNDLE_HASH_MISMATCH],
      ['asset', { assetId: 'WETH' }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
      ['index', { index: 1 }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
      ['side', { side: Side.SIDE_SHORT }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
      ['cap', { amount: '200000001' }, FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH],
    ])('refuses an order with another %s than the rebalance', async (_what, changes, reason) => {
      expect(await reasonOf(scenario(world, { kind: 'SELLS' }).sell(changes))).toBe(reason);
    });

    it.each<[string, (rebalance: Rebalance) => Partial<Rebalance>]>([
      [
        'reference price',
        ({ actions }) => ({
          actions: actions.map((action) => ({ ...action, referencePriceDecimal: '100.01' })),
        }),
      ],
      ['slippage limit', ({ terms }) => ({ terms: terms && { ...terms, slippageLimitBps: 99 } })],
      ['expiry', ({ terms }) => ({ terms: terms && { ...terms, expireTime: new Date(0) } })],
    ])('refuses an order whose %s is not the rebalance’s', async (_what, changesOf) => {
      const { sell, rebalanceId } = scenario(world, { kind: 'SELLS' });
      const order = sell();
      const rebalance = present(world.rebalances.get(rebalanceId), 'a scenario has a rebalance');
      world.rebalances.set(rebalanceId, { ...rebalance, ...changesOf(rebalance) });
      expect(await reasonOf(order)).toBe(FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH);
    });

    it.each<[string, 'SELLS' | 'BUYS', Partial<OrderDispatch>]>([
      ['sells more than its amount buys', 'SELLS', { amount: '199999999', minimumOut: AMOUNT }],
      ['sells for less than the limit leaves', 'SELLS', { minimumOut: '197999999' }],
      ['buys for less than the limit leaves', 'BUYS', { minimumOut: '197999999' }],
    ])('refuses an order that %s', async (_what, kind, changes) => {
      const { sell, buy } = scenario(world, { kind });
      const order = kind === 'SELLS' ? sell(changes) : buy(changes);
      expect(await reasonOf(order)).toBe(FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH);
    });

    it('refuses a buy where the rebalance sells', async () => {
      expect(await reasonOf(scenario(world, { kind: 'SELLS' }).buy())).toBe(
        FailureReason.FAILURE_REASON_PLAN_HASH_MISMATCH,
      );
    });

    it('refuses a price that moved beyond the limit against the order, and takes one that did not', async () => {
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '98.99' };
      expect(await reasonOf(scenario(world, { kind: 'SELLS' }).sell())).toBe(
        FailureReason.FAILURE_REASON_SLIPPAGE_EXCEEDED,
      );
      const buy = scenario(world, { kind: 'BUYS' }).buy();
      await desk.send(buy);
      const [report] = await desk.awaitReports(buy, 1);
      expect(report?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '101.01' };
      expect(await reasonOf(scenario(world, { kind: 'BUYS' }).buy())).toBe(
        FailureReason.FAILURE_REASON_SLIPPAGE_EXCEEDED,
      );
    });

    it('refuses what the vault does not hold', async () => {
      const reason = FailureReason.FAILURE_REASON_INSUFFICIENT_BALANCE;
      const sells = scenario(world, { kind: 'SELLS' });
      world.vaults.set(sells.vaultId, Vault.create({ vaultId: sells.vaultId, cash: AMOUNT }));
      expect(await reasonOf(sells.sell())).toBe(reason);
      const buys = scenario(world, { kind: 'BUYS' });
      world.vaults.set(buys.vaultId, Vault.create({ vaultId: buys.vaultId, cash: '199999999' }));
      expect(await reasonOf(buys.buy())).toBe(reason);
    });

    it('refuses an order that has expired', async () => {
      const order = scenario(world, { kind: 'SELLS' }).sell({ expireTime: new Date(Date.now()) });
      const report = await failureOf(order);
      expect(report?.execType).toBe(ExecType.EXEC_TYPE_EXPIRED);
      expect(report?.failureReason).toBe(FailureReason.FAILURE_REASON_ORDER_EXPIRED);
    });

    it('waits for a healthy price', async () => {
      world.price = { state: Price_State.STATE_STALE, decimal: '100' };
      const order = scenario(world, { kind: 'SELLS' }).sell();
      const before = world.priceReads;
      await desk.send(order);
      await eventually(() => (world.priceReads > before ? true : undefined));
      expect(desk.reportsOf(order)).toEqual([]);
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '100' };
      const [report] = await desk.awaitReports(order, 1);
      expect(report?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
    });

    it.each([
      ['a stale price', Price_State.STATE_STALE, false, FailureReason.FAILURE_REASON_PRICE_STALE],
      [
        'an outage',
        Price_State.STATE_HEALTHY,
        true,
        FailureReason.FAILURE_REASON_VENUE_UNAVAILABLE,
      ],
    ] as const)('reports %s only when the order expires', async (_what, state, down, reason) => {
      world.price = { state, decimal: '100' };
      world.orderGenIsDown = down;
      const expireTime = new Date(Date.now() + 1_000);
      const report = await failureOf(scenario(world, { kind: 'SELLS' }).sell({ expireTime }));
      expect(report?.failureReason).toBe(reason);
      expect(report?.occurTime?.getTime()).toBeGreaterThanOrEqual(expireTime.getTime());
    });

    it.each<[string, Partial<OrderDispatch>]>([
      ['order_id', { orderId: 'x' }],
      ['index', { index: -1 }],
      ['amount', { amount: '1e6' }],
      ['quantity_in', { exactIn: { $case: 'quantityIn', value: '-1' } }],
      ['exact_in', { exactIn: undefined }],
      ['side', { side: Side.SIDE_UNSPECIFIED }],
      ['reference_price_decimal', { referencePriceDecimal: '0' }],
      ['slippage_limit_bps', { slippageLimitBps: 10_001 }],
      ['expire_time', { expireTime: new Date(253_402_300_800_000) }],
    ])(
      'buries a dispatch with a bad %s, naming it, and goes on with the vault',
      async (field, bad) => {
        const { sell, vaultId } = scenario(world, { kind: 'SELLS' });
        const payload = OrderDispatch.encode(sell(bad)).finish();
        const eventId = await desk.sendBytes(vaultId, payload);
        expect(await desk.awaitDeadLetter(eventId)).toContain(`${field} `);
        const good = sell();
        await desk.send(good);
        await desk.awaitReports(good, 1);
      },
    );

    it('buries what is no dispatch, and a dispatch on the subject of another vault', async () => {
      const { sell, vaultId } = scenario(world, { kind: 'SELLS' });
      const bytes = await desk.sendBytes(vaultId, new Uint8Array([0xff, 0xff]));
      expect(await desk.awaitDeadLetter(bytes)).toMatch(/^MESSAGE_MALFORMED: /);
      const payload = OrderDispatch.encode(sell()).finish();
      const typed = await desk.sendBytes(vaultId, payload, 'trimtab.execution.v1.PlanEvent');
      expect(await desk.awaitDeadLetter(typed)).toMatch(/PlanEvent/);
      const elsewhere = await desk.sendBytes('v-elsewhere', payload);
      expect(await desk.awaitDeadLetter(elsewhere)).toMatch(/vault_id/);
    });

    it('buries an order of a rebalance that nobody knows', async () => {
      const { sell, rebalanceId } = scenario(world, { kind: 'SELLS' });
      world.rebalances.delete(rebalanceId);
      const order = sell();
      await desk.send(order);
      expect(await desk.awaitDeadLetter(order.orderId)).toMatch(/^REBALANCE_NOT_FOUND: /);
      expect(desk.reportsOf(order)).toEqual([]);
    });

    describeShorts({ world: () => world, desk: () => desk });

    it('knows after a restart what it answered, and finishes what waited', async () => {
      const answered = scenario(world, { kind: 'SELLS' }).sell();
      await desk.send(answered);
      const [first] = await desk.awaitReports(answered, 1);
      world.price = { state: Price_State.STATE_STALE, decimal: '100' };
      const waiting = scenario(world, { kind: 'SELLS' }).sell();
      const before = world.priceReads;
      await desk.send(waiting);
      await eventually(() => (world.priceReads > before ? true : undefined));
      await executor.restart();
      world.price = { state: Price_State.STATE_HEALTHY, decimal: '100' };
      await desk.send(answered);
      const again = await desk.awaitReports(answered, 2);
      expect(new Set(again.map(({ payload }) => payload))).toEqual(new Set([first?.payload]));
      await desk.send(waiting);
      const late = await desk.awaitReports(waiting, 1);
      expect(new Set(late.map(({ payload }) => payload)).size).toBe(1);
      expect(late[0]?.report.execType).toBe(ExecType.EXEC_TYPE_FILL);
    });
  });
}
