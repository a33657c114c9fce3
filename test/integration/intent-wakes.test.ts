import { randomUUID } from 'node:crypto';
import {
  AgentKind,
  ReportRuntimeRequest,
  RunTrigger,
  type DueWork,
  type IntentRuntime,
} from '@trimtab/contracts/intent';
import { IntentRuntime as Runtime } from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { campaignCount } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  leaseOn,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

const { AGENT_KIND_ORACLE: ORACLE, AGENT_KIND_POOL: POOL } = AgentKind;
const { AGENT_KIND_REBALANCE: REBALANCE, AGENT_KIND_SETTLEMENT: SETTLEMENT } = AgentKind;
const { AGENT_KIND_POSITION_MONITOR: MONITOR } = AgentKind;

const TIMEOUT_MS = campaignCount(60_000, 900_000);

let world: IntentWorld;
let alice: IntentClient;
let engine: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  engine = await world.clientOf('service:engine', 'engine');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query('truncate intents, idempotency_keys, due_work cascade');
  world.fake.vaults.clear();
});

async function created(ticker = 'BTC/USDC'): Promise<string> {
  const { intent } = await alice.createIntent(createRequest(randomUUID(), { ticker }));
  return present(intent, 'CreateIntent answers an intent').intentId;
}
async function claim(...agentKinds: readonly AgentKind[]): Promise<readonly DueWork[]> {
  const request = { engineId: 'engine-1', maxCount: 500, leaseSeconds: 0 };
  return (await engine.claimDueWork({ ...request, agentKinds: [...agentKinds] })).work;
}
async function claimOne(kind: AgentKind): Promise<DueWork> {
  return present((await claim(kind))[0], `work of agent ${kind} is due`);
}
function report(work: DueWork, change: Partial<ReportRuntimeRequest> = {}) {
  const { workId, intentId, leaseToken } = work;
  return engine.reportRuntime({
    ...ReportRuntimeRequest.fromPartial({}),
    requestId: randomUUID(),
    workId,
    intentId,
    leaseToken,
    ...change,
  });
}
/** Claims and reports everything: nothing is due any more. */
async function rest(): Promise<void> {
  for (const work of await claim()) {
    await report(work, { servedIntentIds: [...work.intentIds] });
  }
}
async function dueKinds(): Promise<readonly AgentKind[]> {
  return (await claim()).map(({ agentKind }) => agentKind).sort((one, other) => one - other);
}
const indexOf = (index: Partial<IntentRuntime['index']>): IntentRuntime =>
  Runtime.fromPartial({ index: { issuedUnits: '0', ...index } });
const CHOSEN = {
  nextSeriesId: 'BTC-30000-20180504',
  nextTrigger: RunTrigger.RUN_TRIGGER_PRICE,
  nextTime: new Date(1_522_800_000_000),
};

describe('a price that is reported', () => {
  it.each([
    ['29999.999999', true],
    ['30000', false],
    ['40000', false],
    ['45000.5', false],
    ['45000.500001', true],
  ])('of %s wakes the work outside 30 000 to 45 000.5: %s', async (price, wakes) => {
    await created();
    await rest();
    await world.database.pool.query(
      `update due_work set wake_below = 30000, wake_above = 45000.5 where agent_kind = 'REBALANCE'`,
    );
    const oracle = present((await claimOracle())[0], 'the oracle agent is due');
    await report(oracle, { spotPriceDecimal: price });
    expect(await dueKinds()).toEqual(wakes ? [REBALANCE] : []);
  });

  async function claimOracle(): Promise<readonly DueWork[]> {
    await world.database.pool.query(
      `update due_work set due_time = $1 where agent_kind = 'ORACLE'`,
      [new Date(world.clock.now())],
    );
    return claim(ORACLE);
  }

  it('wakes by the band of the last report only, once, and work of its ticker alone', async () => {
    const bitcoin = await created();
    await created('ETH/USDC');
    const work = await claim(REBALANCE);
    for (const each of work) await report(each, { wakeBelowDecimal: '100' });
    await rest();
    const tell = async (price: string): Promise<readonly string[]> => {
      const oracles = await claimOracle();
      const own = oracles.find(({ instanceKey }) => instanceKey === 'BTC/USDC');
      const oracle = present(own, 'BTC/USDC has an oracle agent');
      for (const other of oracles) if (other !== oracle) await report(other);
      await report(oracle, { spotPriceDecimal: price });
      const woken = await claim(REBALANCE);
      for (const each of woken) await report(each, { wakeAboveDecimal: '200' });
      return woken.map(({ intentId }) => intentId);
    };
    expect(await tell('99')).toEqual([bitcoin]);
    // The band was taken away with the wake, and the report after it brought another.
    expect(await tell('98')).toEqual([]);
    expect(await tell('201')).toEqual([bitcoin]);
  });

  it('wakes a paused intent, and none that has ended', async () => {
    const [paused, ended] = [await created(), await created()];
    for (const work of await claim(REBALANCE)) await report(work, { wakeBelowDecimal: '100' });
    await rest();
    const requestId = randomUUID();
    await alice.pauseIntent({ requestId, intentId: paused, etag: '' });
    await alice.cancelIntent({ requestId, intentId: ended, etag: '', reason: '' });
    const oracle = present((await claimOracle())[0], 'the oracle agent is due');
    await report(oracle, { spotPriceDecimal: '1' });
    expect((await claim(REBALANCE)).map(({ intentId }) => intentId)).toEqual([paused]);
  });

  it('finds the work that sleeps by an index, on both sides of its band', async () => {
    const client = await world.database.pool.connect();
    try {
      await client.query('begin');
      await client.query('set local enable_seqscan = off');
      const { rows } = await client.query<{ readonly 'QUERY PLAN': string }>(
        `explain select work_id from due_work where work_id = any('{a}')
           or (ticker = 'BTC/USDC' and (wake_below > 5::numeric or wake_above < 5::numeric))`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join(' ');
      expect(plan).toContain('due_work_below');
      expect(plan).toContain('due_work_above');
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('agents that a report wakes', () => {
  it('are due now, whenever they were due', async () => {
    const intentId = await created();
    const monitor = await claimOne(MONITOR);
    for (const work of await claim(REBALANCE, SETTLEMENT, ORACLE, POOL)) {
      await report(work, { nextDueTime: new Date(world.clock.now() + 3_600_000) });
    }
    expect(await dueKinds()).toEqual([AgentKind.AGENT_KIND_MARKET_MAKER]);
    await report(monitor, { wakeAgents: [SETTLEMENT, POOL] });
    const woken = await claim();
    expect(woken.map(({ agentKind }) => agentKind).sort()).toEqual([POOL, SETTLEMENT]);
    expect(woken.find(({ agentKind }) => agentKind === POOL)?.intentIds).toEqual([intentId]);
  });

  it(
    'are due right after the report of who holds them: no wake is lost, whoever comes first',
    async () => {
      await created();
      const later = new Date(world.clock.now() + 3_600_000);
      for (let round = 0; round < campaignCount(20, 500); round += 1) {
        await world.database.pool.query('update due_work set due_time = $1, engine_id = null', [
          new Date(world.clock.now()),
        ]);
        await world.database.pool.query('update due_work set lease_expire_time = null');
        const [rebalance, monitor] = [await claimOne(REBALANCE), await claimOne(MONITOR)];
        await Promise.all([
          report(rebalance, { nextDueTime: later }),
          report(monitor, { nextDueTime: later, wakeAgents: [REBALANCE] }),
        ]);
        expect((await claim(REBALANCE, MONITOR)).map(({ agentKind }) => agentKind)).toEqual([
          REBALANCE,
        ]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'neither block each other nor what wakes them by price, however they meet',
    async () => {
      for (let count = 0; count < 6; count += 1) await created();
      const deadlocks = async (): Promise<unknown> => {
        const sql = 'select deadlocks from pg_stat_database where datname = current_database()';
        return (await world.database.pool.query<{ deadlocks: string }>(sql)).rows;
      };
      const before = await deadlocks();
      for (let round = 0; round < campaignCount(5, 100); round += 1) {
        await world.database.pool.query(
          'update due_work set due_time = $1, engine_id = null, lease_expire_time = null',
          [new Date(world.clock.now())],
        );
        const work = await claim();
        await Promise.all(
          work.map((each) => {
            if (each.agentKind === ORACLE) return report(each, { spotPriceDecimal: '5' });
            if (each.intentId === '') return report(each);
            const wakeAgents = [MONITOR, REBALANCE, ORACLE, POOL, SETTLEMENT];
            return report(each, { wakeAgents, wakeBelowDecimal: '10' });
          }),
        );
      }
      expect(await deadlocks()).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it('include itself, if it says so', async () => {
    await created();
    const work = await claimOne(REBALANCE);
    const nextDueTime = new Date(world.clock.now() + 3_600_000);
    await report(work, { nextDueTime, wakeAgents: [REBALANCE] });
    expect(await claim(REBALANCE)).toHaveLength(1);
  });

  it('include the oracle agent when a series is chosen, once for each', async () => {
    await created();
    const work = await claimOne(REBALANCE);
    await rest();
    await report(work, { runtime: indexOf(CHOSEN), workId: '' });
    expect(await dueKinds()).toEqual([ORACLE]);
    await world.database.pool.query(
      `update due_work set due_time = null, engine_id = null, lease_expire_time = null
       where agent_kind = 'ORACLE'`,
    );
    const deferred = indexOf({ ...CHOSEN, deferralCount: 1 });
    await report(work, { runtime: deferred, workId: '' });
    expect(await claim(ORACLE)).toEqual([]);
    const other = indexOf({ ...CHOSEN, nextSeriesId: 'BTC-29000-20180504' });
    await report(work, { runtime: other, workId: '' });
    expect(await claim(ORACLE)).toHaveLength(1);
  });

  it('are all of the intent when it is resumed', async () => {
    const [intentId] = [await created(), await created()];
    await rest();
    await alice.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
    expect(await claim()).toEqual([]);
    await alice.resumeIntent({ requestId: randomUUID(), intentId, etag: '' });
    const woken = await claim();
    expect(new Set(woken.map((work) => work.intentId))).toEqual(new Set([intentId]));
    expect(woken.map(({ agentKind }) => agentKind).sort()).toEqual([
      REBALANCE,
      SETTLEMENT,
      MONITOR,
      AgentKind.AGENT_KIND_MARKET_MAKER,
    ]);
  });
});

describe('intents that ask for their pool agent', () => {
  async function requests(): Promise<readonly string[]> {
    const { rows } = await world.database.pool.query<{ intent_id: string }>(
      'select intent_id from work_requests order by intent_id',
    );
    return rows.map((row) => row.intent_id);
  }

  it('do so when they are activated', async () => {
    const intentIds = [await created(), await created()].sort();
    expect((await claimOne(POOL)).intentIds).toEqual(intentIds);
    expect((await claimOne(REBALANCE)).intentIds).toEqual([]);
  });

  it('are given out 100 at a time until all are served, those left out first', async () => {
    const intentIds: string[] = [];
    for (let count = 0; count < 3; count += 1) intentIds.push(await created());
    const [first] = intentIds;
    // 247 further intents as rows: what counts is who asks.
    await world.database.pool.query(
      `insert into intents (intent_id, owner, state, state_reason, spec, vault_id, owns_vault,
         activation_step, create_time, update_time)
       select 'intent-9-' || lpad(n::text, 8, '0'), owner, state, '', spec, 'copy-' || n, true,
         activation_step, create_time, update_time
       from intents, generate_series(1, 247) n where intent_id = $1`,
      [first],
    );
    await world.database.pool.query(
      `insert into work_requests (work_id, intent_id, request_time)
       select 'POOL/USDC', intent_id, $1 from intents where vault_id like 'copy-%'`,
      [new Date(world.clock.now())],
    );
    const served: string[] = [];
    for (const count of [100, 100, 50]) {
      const work = await claimOne(POOL);
      expect(work.intentIds).toEqual([...work.intentIds].sort());
      expect(work.intentIds).toHaveLength(count);
      served.push(...work.intentIds);
      const nextDueTime = new Date(world.clock.now() + 3_600_000);
      await report(work, { servedIntentIds: [...work.intentIds], nextDueTime });
    }
    expect(new Set(served).size).toBe(250);
    expect(await claim(POOL)).toEqual([]);
  });

  it('wait for the time of the report when they were not served', async () => {
    const intentId = await created();
    const nextDueTime = new Date(world.clock.now() + 5_000);
    await report(await claimOne(POOL), { nextDueTime, failed: true });
    expect(await claim(POOL)).toEqual([]);
    world.clock.advanceMillis(5_000);
    const again = await claimOne(POOL);
    expect([again.intentIds, again.attemptCount]).toEqual([[intentId], 1]);
    // Without a time they are not forgotten.
    await report(again);
    expect((await claimOne(POOL)).intentIds).toEqual([intentId]);
  });

  it('ask anew while they are served: the answer to the first does not end the second', async () => {
    const intentId = await created();
    const pool = await claimOne(POOL);
    await report(await claimOne(MONITOR), { wakeAgents: [POOL] });
    await report(pool, { servedIntentIds: [intentId] });
    const again = await claimOne(POOL);
    expect(again.intentIds).toEqual([intentId]);
    await report(again, { servedIntentIds: [intentId] });
    expect(await requests()).toEqual([]);
    expect(await claim(POOL)).toEqual([]);
  });

  it('ask no more when they have ended', async () => {
    const [first, second] = [await created(), await created()];
    await alice.cancelIntent({ requestId: randomUUID(), intentId: first, etag: '', reason: '' });
    expect(await requests()).toEqual([second]);
  });

  it('are reported on under the lease of the pool agent, those of its collateral alone', async () => {
    const intentId = await created();
    const pool = await claimOne(POOL);
    const runtime = indexOf({ issuedUnits: '10000500000', ledgerSequence: 2n, vaultVersion: 1n });
    const updateMask = ['index.issued_units', 'index.ledger_sequence', 'index.vault_version'];
    const own = { intentId, workId: '', runtime, updateMask };
    const { intent } = await report(pool, own);
    expect(intent?.runtime?.index).toMatchObject({ issuedUnits: '10000500000', vaultVersion: 1n });
    await world.database.pool.query(
      `update intents set spec = jsonb_set(spec, '{collateral,asset}', '"WETH"')`,
    );
    expect((await refusalOf(report(pool, own))).reason).toBe('LEASE_LOST');
  });
});

describe('a lease that another took', () => {
  it(
    'is refused in every write, and nothing is written',
    async () => {
      const intentId = await created();
      await rest();
      const rounds = campaignCount(125, 2_500);
      const runtime = Runtime.fromPartial({ currentDriftBps: 9_999 });
      let refused = 0;
      for (let round = 0; round < rounds; round += 1) {
        const leaseToken = await leaseOn(world, intentId);
        await leaseOn(world, intentId);
        const write = { requestId: randomUUID(), intentId, leaseToken, reason: 'stale' };
        const workId = `POSITION_MONITOR/${intentId}`;
        const stale = { ...ReportRuntimeRequest.fromPartial({}), ...write, workId };
        const wakeAgents = [REBALANCE];
        const calls = [
          engine.reportRuntime({ ...stale, runtime, wakeAgents, wakeBelowDecimal: '1' }),
          engine.rebalanceIntent({ ...write, trigger: RunTrigger.RUN_TRIGGER_PRICE, seriesId: '' }),
          engine.completeIntent(write),
          engine.failIntent(write),
        ];
        const reasons = (await Promise.all(calls.map(refusalOf))).map(({ reason }) => reason);
        expect(reasons).toEqual(calls.map(() => 'LEASE_LOST'));
        refused += reasons.length;
      }
      expect(refused).toBe(4 * rounds);
      const { intent } = await alice.getIntent({ intentId });
      expect(intent).toMatchObject({ state: 1, runtime: { currentDriftBps: 0 } });
      expect(await world.rowCount('runs')).toBe(0);
      const { rows } = await world.database.pool.query('select from due_work where woken');
      expect(rows).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
