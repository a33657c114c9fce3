import { ExecType } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { connectJetStream, HEADERS, subjects } from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import { eventually, startNatsServer, testSubjectPrefix, type NatsServer } from '@trimtab/testkit';
import { AckPolicy, connect, nanos } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrderGenWorld, type OrderGenWorld } from './ordergen-world.js';
import { deadLetters, expectOutcome, known, openStage } from './semantics-stage.js';

/** The six rules of execution over NATS, on OrderGen's side; its executor has its own for rule 4. */
let server: NatsServer;
let prefix: string;
let world: OrderGenWorld;
beforeAll(async () => {
  // Its own server: these tests delete its store.
  server = await startNatsServer();
});
afterAll(() => server.dispose());
beforeEach(async () => {
  prefix = testSubjectPrefix();
  const options = { url: server.url, logger: silentLogger(), subjectPrefix: prefix };
  world = await createOrderGenWorld(await connectJetStream(options));
});
afterEach(() => world.close());

async function rowsOf<Row extends object>(sql: string, values: readonly unknown[]): Promise<Row[]> {
  return (await world.database.pool.query<Row>(sql, [...values])).rows;
}

/** Makes every insert into a table fail for one rebalance, as if the database broke under it. */
async function breakTable(
  table: string,
  rebalanceId: string,
): Promise<{ isTriedTwice(): Promise<void>; repair(): Promise<void> }> {
  const { schema } = world.database;
  // A sequence counts what is rolled back, too.
  await world.database.pool.query(`create sequence ${schema}.attempts`);
  await world.database.pool.query(
    `create function ${schema}.broken() returns trigger language plpgsql as $$
     begin
       if new.rebalance_id = '${rebalanceId}' then
         perform nextval('${schema}.attempts');
         raise exception 'broken';
       end if;
       return new;
     end $$`,
  );
  await world.database.pool.query(
    `create trigger broken before insert on ${schema}.${table}
     for each row execute function ${schema}.broken()`,
  );
  return {
    isTriedTwice: async () => {
      await eventually(async () => {
        const [row] = await rowsOf<{ last_value: string }>(
          `select last_value from ${schema}.attempts`,
          [],
        );
        return Number(row?.last_value) >= 2 ? true : undefined;
      });
    },
    repair: async () => {
      await world.database.pool.query(`drop trigger broken on ${schema}.${table}`);
    },
  };
}

describe('rule 1: an event takes effect once, its inbox row commits with the effect, the ack follows', () => {
  it('leaves no inbox row of an effect that failed, and delivers again until both are there', async () => {
    const stage = await openStage(world);
    const broken = await breakTable('ledger_entries', stage.rebalanceId);
    const report = await stage.fill(0);
    const inbox = (): Promise<{ state: string }[]> =>
      rowsOf('select state from inbox where event_id = $1', [report.eventId]);
    await broken.isTriedTwice();
    expect(await inbox()).toEqual([]);
    expect(await world.rebalance(stage.rebalanceId)).toMatchObject({
      nextIndex: 0,
      eventCount: 0n,
    });
    await broken.repair();
    await known(stage, report);
    expect(await inbox()).toEqual([{ state: 'APPLIED' }]);
    await stage.order(1);
    expect(await world.rebalance(stage.rebalanceId)).toMatchObject({ nextIndex: 1, cash: '12100' });
  });

  it('is not fooled by repeats before, during and after a restart', async () => {
    const stage = await openStage(world);
    const report = await stage.fill(0);
    for (let repeat = 0; repeat < 5; repeat += 1) await world.send(report);
    await stage.order(1);
    await world.restart();
    for (let repeat = 0; repeat < 5; repeat += 1) await world.send(report);
    await stage.fill(1);
    await stage.order(2);
    for (const index of [2, 3, 4]) await stage.fill(index);
    await expectOutcome(stage, { state: 'STATE_COMPLETED', cash: '10000' });
    const lines = await rowsOf(
      'select distinct transaction_id from ledger_entries where event_id = $1',
      [report.eventId],
    );
    expect(lines).toHaveLength(1);
  });
});

describe('rule 2: a later index waits, a settled one is corrected, what moved is booked', () => {
  it('uses what waited at its turn instead of a dispatch, only if it answers that dispatch', async () => {
    const fits = await openStage(world);
    const waiting = await world.report(await fits.early(1, '1260'), {});
    await known(fits, waiting);
    const state = async (): Promise<unknown> =>
      (await rowsOf('select state from inbox where event_id = $1', [waiting.eventId]))[0];
    expect(await state()).toEqual({ state: 'WAITING' });
    await fits.fill(0);
    await fits.order(2);
    expect(await state()).toEqual({ state: 'APPLIED' });
    expect(fits.sent()).toEqual([0, 2]);

    const other = await openStage(world);
    await world.report(await other.early(1, '1260'), {});
    await other.fail(0);
    await world.reaches(other.rebalanceId, RebalanceState.STATE_FAULTED);
    const { vault } = await world.vaults.getVault({ vaultId: other.vaultId });
    expect(vault?.cash).toBe('11260');
  });

  it('books a larger cumulative of a settled index and notes a smaller one', async () => {
    const stage = await openStage(world);
    const order = await stage.order(0);
    await stage.say(order, ExecType.EXEC_TYPE_CANCELED, '1050', 2);
    await known(stage, await stage.say(order, ExecType.EXEC_TYPE_FILL, '2100', 3));
    await known(stage, await stage.say(order, ExecType.EXEC_TYPE_PARTIAL_FILL, '1000', 1));
    expect(await world.rebalance(stage.rebalanceId)).toMatchObject({ corrections: '1050' });
  });
});

describe('rule 3: what is published was in the transaction, under event id and send count', () => {
  it('sends no order of a step that failed, and every order of one that committed', async () => {
    const stage = await openStage(world);
    await stage.order(0);
    const broken = await breakTable('rebalance_events', stage.rebalanceId);
    const report = await stage.fill(0);
    const outbox = (): Promise<{ send_count: number; sent: boolean }[]> =>
      rowsOf(
        `select send_count, sent from outbox
         where aggregate_id = $1 and message_type like '%OrderDispatch' order by outbox_id`,
        [stage.rebalanceId],
      );
    await broken.isTriedTwice();
    expect(await outbox()).toHaveLength(1);
    await broken.repair();
    await known(stage, report);
    await stage.order(1);
    await eventually(async () => ((await outbox()).every(({ sent }) => sent) ? true : undefined));
    expect(await outbox()).toEqual([
      { send_count: 1, sent: true },
      { send_count: 1, sent: true },
    ]);
  });

  it('names each message by its event and how often it was sent', async () => {
    const ids: string[] = [];
    const direct = await connect({ servers: server.url.slice('nats://'.length) });
    const stage = await openStage(world);
    const first = await stage.order(0);
    const listener = direct.subscribe(`${prefix}.${subjects.dispatch(first.vaultId)}`, {
      callback: (_, message) => ids.push(message.headers?.get(HEADERS.messageId) ?? ''),
    });
    await direct.flush();
    world.clock.advanceMillis(5_000);
    await eventually(() => (ids.length === 1 ? true : undefined));
    expect(ids).toEqual([`${first.orderId}/1`]);
    listener.unsubscribe();
    await direct.close();
  });
});

describe('rule 4: an unanswered order is sent again under its id, by the clock', () => {
  it('not a millisecond before redispatchAfter, then once per period, and not once it is answered', async () => {
    const stage = await openStage(world);
    const first = await stage.order(0);
    await eventually(async () => ((await sentCount(first.orderId)) === 1 ? true : undefined));
    world.clock.advanceMillis(4_998);
    await lookedAtTheClock();
    expect(stage.sent()).toEqual([0]);
    world.clock.advanceMillis(1);
    await eventually(() => (stage.sent().length === 2 ? true : undefined));
    await eventually(async () => ((await sentCount(first.orderId)) === 2 ? true : undefined));
    world.clock.advanceMillis(5_000);
    await eventually(() => (stage.sent().length === 3 ? true : undefined));
    const own = world.dispatches.filter(({ rebalanceId }) => rebalanceId === stage.rebalanceId);
    expect(own.map(({ orderId }) => orderId)).toEqual(Array(3).fill(first.orderId));
    await stage.fill(0);
    const second = await stage.order(1);
    expect(second.orderId).not.toBe(first.orderId);
    expect(stage.sent()).toEqual([0, 0, 0, 1]);
  });

  it('under the lock of its vault, so that no step meets another version of the rebalance', async () => {
    const stage = await openStage(world);
    const first = await stage.order(0);
    await eventually(async () => ((await sentCount(first.orderId)) === 1 ? true : undefined));
    const version = 'select version from rebalances where rebalance_id = $1';
    const before = await rowsOf<{ version: string }>(version, [stage.rebalanceId]);
    const holder = await world.database.pool.connect();
    await holder.query('begin');
    await holder.query('select from vaults where vault_id = $1 for update', [stage.vaultId]);
    world.clock.advanceMillis(5_000);
    await eventually(async () => {
      const waiting = await rowsOf(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'with guard as%'`,
        [],
      );
      return waiting.length > 0 ? true : undefined;
    });
    expect(await rowsOf(version, [stage.rebalanceId])).toEqual(before);
    await holder.query('rollback');
    holder.release();
    await eventually(() => (stage.sent().length === 2 ? true : undefined));
    expect(await rowsOf(version, [stage.rebalanceId])).not.toEqual(before);
  });

  it('so that deleting the whole JetStream store loses and doubles nothing', async () => {
    const stage = await openStage(world);
    await stage.fill(0);
    const lost = await stage.order(1);
    await eventually(async () => ((await sentCount(lost.orderId)) === 1 ? true : undefined));
    await server.restart({ wipeStore: true, signal: 'SIGKILL' });
    world.clock.advanceMillis(5_000);
    await eventually(() => (stage.sent().length === 3 ? true : undefined), { timeoutMs: 30_000 });
    await eventually(() => (world.bus.isConnected() ? true : undefined), { timeoutMs: 30_000 });
    for (const index of [1, 2, 3, 4]) await stage.fill(index);
    const sent = [0, 1, 1, 2, 3, 4];
    await expectOutcome(stage, { state: 'STATE_COMPLETED', cash: '10000', sent });
  }, 120_000);
});

describe('rule 5: an error says whether a retry can help, and blocks its own rebalance only', () => {
  it('retries a broken database and buries what is broken itself, while others go on', async () => {
    const poisoned = await openStage(world);
    const healthy = await openStage(world);
    const letters = await deadLetters(world);
    const broken = await breakTable('ledger_entries', poisoned.rebalanceId);
    const tried = await poisoned.fill(0);
    const order = await poisoned.order(0);
    const bad = await world.report(order, { cumulativeQuantity: '01', reportSequence: 7n });
    for (const index of [0, 1, 2, 3, 4]) await healthy.fill(index);
    await expectOutcome(healthy, { state: 'STATE_COMPLETED', cash: '10000' });
    expect(await letters.reasonOf(bad.eventId)).toContain('cumulative_quantity');
    await broken.repair();
    await known(poisoned, tried);
    for (const index of [1, 2, 3, 4]) await poisoned.fill(index);
    await expectOutcome(poisoned, { state: 'STATE_COMPLETED', cash: '10000' });
    await letters.stop();
  });
});

describe('rule 6: the settings of the consumer are read back from the server', () => {
  it('which keeps its ack wait, deliveries and backoff as OrderGen wants them', async () => {
    const direct = await connect({ servers: server.url.slice('nats://'.length) });
    const manager = await direct.jetstreamManager();
    const { config } = await manager.consumers.info(`${prefix}_TRIMTAB_EXECUTIONS`, 'ordergen');
    await direct.close();
    expect(config).toMatchObject({
      durable_name: 'ordergen',
      ack_policy: 'explicit',
      filter_subject: `${prefix}.trimtab.executions.v1.>`,
      ack_wait: nanos(30_000),
      max_deliver: 1_000_000,
    });
    expect(config.backoff?.at(-1)).toBe(nanos(30_000));
  });

  it('and OrderGen does not start on a consumer that answers something else', async () => {
    const direct = await connect({ servers: server.url.slice('nats://'.length) });
    const manager = await direct.jetstreamManager();
    const stream = `${prefix}_TRIMTAB_EXECUTIONS`;
    await manager.consumers.delete(stream, 'ordergen');
    await manager.consumers.add(stream, {
      durable_name: 'ordergen',
      ack_policy: AckPolicy.None,
      filter_subject: `${prefix}.trimtab.executions.v1.>`,
    });
    await expect(world.restart()).rejects.toThrow(/ack.policy/);
    await manager.consumers.delete(stream, 'ordergen');
    await direct.close();
    await world.restart();
  });
});

/** How often the relay has published an event. */
async function sentCount(eventId: string): Promise<number> {
  const sql = 'select send_count, sent from outbox where event_id = $1';
  const [row] = await rowsOf<{ send_count: number; sent: boolean }>(sql, [eventId]);
  return row?.sent === true ? row.send_count : 0;
}

/** A millisecond later, the clock has been looked at: a rebalance of another vault has expired. */
async function lookedAtTheClock(): Promise<void> {
  const expireTime = new Date(world.clock.now() + 1);
  const other = await openStage(world, { expireTime });
  world.clock.advanceMillis(1);
  await world.reaches(other.rebalanceId, RebalanceState.STATE_EXPIRING);
}
