import { IntentType } from '@trimtab/contracts/intent';
import {
  agentSettings,
  createAgents,
  createScheduler,
  derivedIds,
  engineConfig,
  openPorts,
  plainly,
  type AgentKind as Kind,
  type OpenPorts,
  type Ports,
  type Scheduler,
  type TickObserver,
} from '@trimtab/engine';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, HOUR, startEngineWorld, type EngineWorld } from './engine-world.js';

const SILENT: TickObserver = {
  tickEnded: () => undefined,
  tickFailed: () => undefined,
  workLost: () => undefined,
  reportFailed: () => undefined,
};
const LEASE_SECONDS = 30;

describe('engines that end, and engines side by side', () => {
  let world: EngineWorld;
  let open: OpenPorts;
  beforeAll(async () => {
    world = await startEngineWorld();
    await world.setPrice('WBTC', '7000');
    const config = engineConfig(environmentOf(world.suite));
    open = openPorts(config, { clock: world.clock, tokenIssuer: world.suite.tokenIssuer });
  });
  afterAll(async () => {
    open.close();
    await world.end();
  });

  function schedulerOf(engineId: string, ports: Ports, kinds: readonly Kind[] = []): Scheduler {
    const settings = agentSettings(engineConfig(environmentOf(world.suite)));
    return createScheduler(
      {
        engineId,
        kinds,
        concurrency: 8,
        leaseSeconds: LEASE_SECONDS,
        backoff: { firstMillis: 1_000, maxMillis: 60_000 },
      },
      {
        clock: world.clock,
        intents: ports.intents,
        createAgent: createAgents(ports, settings),
        derivedIds,
        observer: SILENT,
        withinLease: plainly,
        traced: plainly,
      },
    );
  }

  it('one roll comes of an engine that dies at every call on the way, however often', async () => {
    const { intentId, vaultId } = await world.create({
      type: IntentType.INTENT_TYPE_HEDGE,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
      overrides: {
        config: { maturityDays: 90 },
        constraints: { maxAnnualDriftBps: 10_000, stopLossDriftBps: 10_000 },
      },
    });
    const isHeld = async (): Promise<true | undefined> => {
      const { index } = await world.runtime(intentId);
      return index !== undefined && index.seriesId !== '' && index.vaultVersion > 2n
        ? true
        : undefined;
    };
    await world.until('a first series', isHeld);
    await world.pass(2 * HOUR);
    await world.setPrice('WBTC', '2700');

    let lives = 0;
    let rolled = false;
    for (let calls = 1; !rolled && lives < MAX_LIVES; calls += 1) {
      const mortal = dyingAfter(calls, open.ports);
      lives += 1;
      // A process that dies leaves its leases to their end.
      await schedulerOf(`mortal-${calls}`, mortal)
        .runDue()
        .catch(() => undefined);
      await eventually(async () =>
        (await world.vault(vaultId)).openRebalanceId === '' ? true : undefined,
      );
      world.clock.advanceMillis(LEASE_SECONDS * 1_000);
      await world.refresh();
      rolled = (await world.runtime(intentId)).rollCount > 0;
    }
    await world.pass(HOUR);
    await world.pass(1_000);

    expect(lives).toBeGreaterThan(10);
    const runtime = await world.runtime(intentId);
    expect(runtime.rollCount).toBe(1);
    const page = { intentId, pageSize: 100, pageToken: '' };
    const { runs } = await world.owner.intent.listRuns(page);
    expect(runs.filter(({ rebalanceId }) => rebalanceId !== '')).toHaveLength(2);
    const vault = await world.vault(vaultId);
    expect(vault.positions.map(({ assetId }) => assetId)).toEqual([
      `P-${runtime.index?.seriesId ?? ''}`,
    ]);
  });

  it('each of 1 000 pieces of work is ticked once when two engines take it', async () => {
    const { pool, schema } = world.suite.databases.intent;
    const now = new Date(world.clock.now());
    await pool.query(
      `insert into ${schema}.due_work (work_id, agent_kind, instance_key, intent_id, due_time)
       select 'ORACLE/' || n, 'ORACLE', n::text, null, $1 from generate_series(1, 1000) n`,
      [now],
    );
    const ticks = new Map<string, number>();
    const counting = (engineId: string): Scheduler =>
      createScheduler(
        {
          engineId,
          kinds: ['ORACLE'],
          concurrency: 16,
          leaseSeconds: LEASE_SECONDS,
          backoff: { firstMillis: 1_000, maxMillis: 60_000 },
        },
        {
          clock: world.clock,
          intents: open.ports.intents,
          createAgent: ({ workId }) => ({
            tick: async () => {
              ticks.set(workId, (ticks.get(workId) ?? 0) + 1);
              return { nextDueTime: undefined };
            },
          }),
          derivedIds,
          observer: SILENT,
          withinLease: plainly,
          traced: plainly,
        },
      );
    const taken = await Promise.all([counting('left').runDue(), counting('right').runDue()]);
    const made = [...ticks].filter(([workId]) => /^ORACLE\/\d+$/.test(workId));
    expect(made).toHaveLength(1_000);
    expect(made.filter(([, count]) => count !== 1)).toEqual([]);
    // Both worked, and nobody's work twice.
    expect(Math.min(...taken)).toBeGreaterThan(0);
    expect(taken[0] + taken[1]).toBe([...ticks.values()].reduce((sum, count) => sum + count, 0));
  });
});

/** More lives than a roll has calls. */
const MAX_LIVES = 80;

/** Ports of a process that dies during a call. */
function dyingAfter(calls: number, ports: Ports): Ports {
  let left = calls;
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...given: readonly unknown[]): unknown => {
          if (left <= 0) throw new Error('the process is dead');
          left -= 1;
          const answer: unknown = Reflect.apply(method, target, given);
          // Its last call takes effect, and nobody hears of it.
          if (left > 0 || !(answer instanceof Promise)) return answer;
          const unheard = answer.then(() => {
            throw new Error('the process died');
          });
          // Who asked may be dead too.
          unheard.catch(() => undefined);
          return unheard;
        };
      },
    });
  return {
    ...ports,
    intents: mortal(ports.intents),
    oracle: mortal(ports.oracle),
    marketMaker: mortal(ports.marketMaker),
    vaults: mortal(ports.vaults),
    orderGen: mortal(ports.orderGen),
  };
}
