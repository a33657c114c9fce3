import { randomUUID } from 'node:crypto';
import {
  IntentType,
  RunOutcome,
  RunTrigger,
  type RebalanceIntentRequest,
  type Run,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  leaseOn,
  LOST,
  refusalOf,
  startIntentWorld,
  WEIGHTS,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

const REBALANCE = RunOutcome.RUN_OUTCOME_REBALANCE;
const NO_OP = RunOutcome.RUN_OUTCOME_NO_OP;
const REFUSED = RunOutcome.RUN_OUTCOME_REFUSED;
const ROLL = RebalancePurpose.REBALANCE_PURPOSE_ROLL;
/** It is 2018-04-04, BTC costs 60 000, the strike ratio is 0.5 and the life 30 days. */
const SERIES = 'BTC-30000-20180504';
const P = `P-${SERIES}`;
const N = `N-${SERIES}`;
const OLD = 'BTC-20000-20180410';

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
  world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: [] });
  world.fake.totalDeltaBps = 42;
  world.fake.healthy.clear();
  for (const assetId of ['WBTC', P, N, `P-${OLD}`]) world.fake.healthy.add(assetId);
});

async function created(changes: Partial<StrategyIntent> = {}): Promise<string> {
  const { intent } = await alice.createIntent(
    createRequest(randomUUID(), { vaultId: 'v1', ...changes }),
  );
  world.fake.calls.length = 0;
  world.fake.effects.clear();
  return present(intent, 'the answer has an intent').intentId;
}
const byHand = (intentId: string, requestId: string = randomUUID()): RebalanceIntentRequest => ({
  requestId,
  intentId,
  leaseToken: 0n,
  seriesId: '',
});
async function byEngine(
  intentId: string,
  trigger: RunTrigger,
  seriesId = '',
): Promise<RebalanceIntentRequest> {
  return { ...byHand(intentId), trigger, seriesId, leaseToken: await leaseOn(world, intentId) };
}
const holds = (...heldAssets: string[]): void => {
  world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets });
};
const requestOf = (name: RemoteCall): unknown =>
  world.fake.calls.find((call) => call.name === name)?.request;
const rebalancesMade = (): number =>
  [...world.fake.effects.values()].filter(({ name }) => name === 'createRebalance').length;
async function runsOf(intentId: string): Promise<readonly Run[]> {
  return (await alice.listRuns({ intentId, pageSize: 0, pageToken: '' })).runs;
}
async function lastRun(intentId: string): Promise<Run> {
  return present((await runsOf(intentId))[0], 'the intent has a run');
}
async function listed(): Promise<readonly string[]> {
  const { seriesIds } = await engine.listSeries({ ticker: 'BTC/USDC', pageSize: 0, pageToken: '' });
  return seriesIds;
}
async function rows(sql: string): Promise<readonly unknown[]> {
  return (await world.database.pool.query<Record<string, unknown>>(sql)).rows;
}

describe('a run of the option index', () => {
  it('opens a series at the price of now and puts the whole vault into its P', async () => {
    const intentId = await created();
    await rows('update due_work set due_time = null');
    const answer = await alice.rebalanceIntent(byHand(intentId));
    expect(answer.outcome).toBe(REBALANCE);
    expect(requestOf('takeSnapshot')).toMatchObject({ assetIds: [P] });
    expect(requestOf('buildPlan')).toMatchObject({
      weights: {
        mode: 'EXPLICIT',
        targets: [{ assetId: P, side: 'LONG', weightBps: 10_000, investible: true }],
      },
    });
    expect(requestOf('createRebalance')).toMatchObject({ purpose: 'REBALANCE' });
    expect(requestOf('createRebalance')).not.toHaveProperty('slippageLimitBps', 10);
    expect(await lastRun(intentId)).toMatchObject({ seriesId: SERIES, outcome: REBALANCE });
    // The oracle agent prices it, and is due for that.
    expect(await listed()).toEqual([SERIES]);
    expect(await rows(`select work_id from due_work where due_time is not null`)).toEqual([
      { work_id: 'ORACLE/BTC/USDC' },
    ]);
  });

  it('buys N for leverage', async () => {
    const intentId = await created({ type: IntentType.INTENT_TYPE_LEVERAGE });
    await alice.rebalanceIntent(byHand(intentId));
    expect(requestOf('buildPlan')).toMatchObject({ weights: { targets: [{ assetId: N }] } });
  });

  it('that leaves another series is a roll, under the slippage limit of its intent', async () => {
    const intentId = await created();
    holds(`P-${OLD}`);
    await alice.rebalanceIntent(byHand(intentId));
    expect(requestOf('takeSnapshot')).toMatchObject({ assetIds: [`P-${OLD}`, P] });
    expect(requestOf('createRebalance')).toMatchObject({ purpose: 'ROLL', slippageLimitBps: 10 });
    expect(await lastRun(intentId)).toMatchObject({ purpose: ROLL, seriesId: SERIES });
  });

  it.each([
    ['the price starts', RunTrigger.RUN_TRIGGER_PRICE, ROLL],
    ['a maturity starts', RunTrigger.RUN_TRIGGER_MATURITY, ROLL],
    ['waiting cash starts', RunTrigger.RUN_TRIGGER_OPENING, 1],
  ])('that %s buys the series that the engine names', async (_what, trigger, purpose) => {
    const intentId = await created();
    world.fake.healthy.add('P-BTC-29000-20180504');
    await engine.rebalanceIntent(await byEngine(intentId, trigger, 'BTC-29000-20180504'));
    const run = await lastRun(intentId);
    expect(run).toMatchObject({ trigger, purpose, seriesId: 'BTC-29000-20180504' });
    expect(requestOf('createRebalance')).toHaveProperty(
      'slippageLimitBps',
      purpose === ROLL ? 10 : undefined,
    );
  });

  it('that stays in its series is no roll', async () => {
    const intentId = await created();
    holds(P);
    await alice.rebalanceIntent(byHand(intentId));
    expect(requestOf('createRebalance')).toMatchObject({ purpose: 'REBALANCE' });
  });

  it('that would change nothing is a recorded no-op', async () => {
    const intentId = await created();
    holds(P);
    world.fake.totalDeltaBps = 0;
    const answer = await alice.rebalanceIntent(byHand(intentId));
    expect([answer.outcome, answer.reason]).toEqual([NO_OP, 'PLAN_NO_OP']);
    expect(rebalancesMade()).toBe(0);
  });

  it('is refused when the ratio of the price is below a tick', async () => {
    const intentId = await created();
    // 60 000 · 0.5 is far above 1; the ratio is not the owner's to set so low, so the row is.
    await rows(`update intents set spec = jsonb_set(spec, '{config,strikeRatio}', '"0.00001"')`);
    const answer = await alice.rebalanceIntent(byHand(intentId));
    expect([answer.outcome, answer.reason]).toEqual([REFUSED, 'PRICE_MISSING']);
  });
});

describe('a run that swaps collateral', () => {
  it('turns everything into the underlying while nothing is held', async () => {
    const intentId = await created();
    holds('WBTC');
    await engine.rebalanceIntent(await byEngine(intentId, RunTrigger.RUN_TRIGGER_COLLATERAL));
    expect(requestOf('takeSnapshot')).toMatchObject({ assetIds: ['WBTC'] });
    expect(requestOf('buildPlan')).toMatchObject({ weights: { mode: 'EXPLICIT', targets: [] } });
    expect(await lastRun(intentId)).toMatchObject({ seriesId: '', outcome: REBALANCE });
    expect(await listed()).toEqual([]);
  });

  it('buys more of the held series', async () => {
    const intentId = await created();
    holds('WBTC', P);
    await rows(
      `update intents set runtime = jsonb_set(runtime, '{index}', '{"seriesId":"${SERIES}"}')`,
    );
    await engine.rebalanceIntent(await byEngine(intentId, RunTrigger.RUN_TRIGGER_COLLATERAL));
    expect(requestOf('buildPlan')).toMatchObject({ weights: { targets: [{ assetId: P }] } });
  });

  it('of an empty vault is a recorded no-op', async () => {
    const intentId = await created();
    const run = await byEngine(intentId, RunTrigger.RUN_TRIGGER_COLLATERAL);
    const answer = await engine.rebalanceIntent(run);
    expect([answer.outcome, answer.reason]).toEqual([NO_OP, 'PLAN_NO_OP']);
    expect(requestOf('takeSnapshot')).toBeUndefined();
  });
});

describe('a run whose series has no price yet', () => {
  /** As if the seconds had passed for which a run is left to its caller. */
  const letGo = () =>
    world.database.pool.query(
      `update runs set lease_expire_time = now() - interval '6 seconds' where outcome = 'RUNNING'`,
    );
  const ended = (intentId: string): Promise<Run> =>
    eventually(async () => (await runsOf(intentId)).find(({ outcome }) => outcome !== 0));

  it('goes on in the same call as soon as there is one', async () => {
    const intentId = await created();
    world.fake.healthy.delete(P);
    const call = alice.rebalanceIntent(byHand(intentId));
    await eventually(async () => ((await listed()).includes(SERIES) ? true : undefined));
    expect((await lastRun(intentId)).seriesId).toBe(SERIES);
    world.fake.healthy.add(P);
    expect((await call).outcome).toBe(REBALANCE);
  });

  it('waits for the price of the base too, which says what the series is', async () => {
    const intentId = await created();
    world.fake.healthy.delete('WBTC');
    const call = alice.rebalanceIntent(byHand(intentId));
    await eventually(() => (requestOf('healthyPrice') === undefined ? undefined : true));
    expect((await lastRun(intentId)).seriesId).toBe('');
    world.fake.healthy.add('WBTC');
    expect((await call).outcome).toBe(REBALANCE);
  });

  it('tells a call without time that it is not yet, and is taken to its end by the worker', async () => {
    const intentId = await created();
    world.fake.healthy.delete(P);
    const deadline = new Date(Date.now() + 1_900);
    const error = await refusalOf(alice.rebalanceIntent(byHand(intentId), { deadline }));
    expect(error.kind).toMatch(/^(UNAVAILABLE|DEADLINE_EXCEEDED)$/);
    expect((await lastRun(intentId)).outcome).toBe(0);
    await letGo();
    world.fake.healthy.add(P);
    expect(await ended(intentId)).toMatchObject({ outcome: REBALANCE, seriesId: SERIES });
    expect(rebalancesMade()).toBe(1);
  });

  it('is refused once it is older than a minute', async () => {
    const intentId = await created();
    world.fake.healthy.delete(P);
    const call = alice.rebalanceIntent(byHand(intentId));
    await eventually(async () => ((await listed()).includes(SERIES) ? true : undefined));
    world.clock.advanceMillis(60_001);
    const answer = await call;
    expect([answer.outcome, answer.reason]).toEqual([REFUSED, 'ASSET_NOT_HEALTHY']);
    expect(answer.message).toContain(P);
    // What nobody will buy is priced no longer.
    world.clock.advanceMillis(60_000);
    await eventually(async () => ((await listed()).length === 0 ? true : undefined));
  });
});

describe('a run that breaks off', () => {
  const STEPS: readonly RemoteCall[] = [
    'healthyPrice',
    'getVault',
    'takeSnapshot',
    'valueVault',
    'buildPlan',
    'createRebalance',
  ];

  it.each(STEPS.flatMap((name) => [[name, 'before'] as const, [name, 'after'] as const]))(
    'at %s (%s its effect) is the same run for the next engine that asks, and makes one rebalance',
    async (name, when) => {
      const intentId = await created();
      holds(`P-${OLD}`);
      const request = await byEngine(intentId, RunTrigger.RUN_TRIGGER_PRICE, SERIES);
      world.fake.failNext(name, LOST, when);
      await refusalOf(engine.rebalanceIntent(request));
      const run = await lastRun(intentId);
      const again = { ...request, leaseToken: await leaseOn(world, intentId) };
      const answer = await engine.rebalanceIntent(again);
      expect([answer.runId, answer.outcome]).toEqual([run.runId, REBALANCE]);
      expect(rebalancesMade()).toBe(1);
      expect(await runsOf(intentId)).toHaveLength(1);
    },
  );

  it('keeps the series and the limit that it was found with, whatever changed since', async () => {
    const intentId = await created();
    holds(`P-${OLD}`);
    const requestId = randomUUID();
    world.fake.failNext('createRebalance', LOST, 'after');
    await refusalOf(alice.rebalanceIntent(byHand(intentId, requestId)));
    await rows(
      `update intents set spec = jsonb_set(spec, '{constraints,maxSlippagePerRollBps}', '99')`,
    );
    world.clock.advanceMillis(86_400_000);
    const answer = await alice.rebalanceIntent(byHand(intentId, requestId));
    expect(answer.outcome).toBe(REBALANCE);
    expect((await lastRun(intentId)).seriesId).toBe(SERIES);
  });
});

describe('RebalanceIntent refuses', () => {
  it('an engine whose lease another took, for every trigger and allocation, and stores nothing', async () => {
    const index = await created();
    world.fake.vaults.set('v2', { owner: 'alice', mode: 'OPEN', heldAssets: ['WBTC'] });
    const weights = await created({ allocation: WEIGHTS, vaultId: 'v2' });
    for (const intentId of [index, weights]) {
      const stale = await byEngine(intentId, RunTrigger.RUN_TRIGGER_SCHEDULE);
      await leaseOn(world, intentId);
      for (const leaseToken of [stale.leaseToken, 0n, 10n ** 9n]) {
        const error = await refusalOf(engine.rebalanceIntent({ ...stale, leaseToken }));
        expect([error.kind, error.reason]).toEqual(['ABORTED', 'LEASE_LOST']);
      }
    }
    expect(await world.rowCount('runs')).toBe(0);
  });

  it('a lease on another intent', async () => {
    const intentId = await created();
    world.fake.vaults.set('v2', { owner: 'alice', mode: 'OPEN', heldAssets: [] });
    const other = await created({ vaultId: 'v2' });
    const request = await byEngine(intentId, RunTrigger.RUN_TRIGGER_PRICE);
    const error = await refusalOf(engine.rebalanceIntent({ ...request, intentId: other }));
    expect(error.reason).toBe('LEASE_LOST');
  });

  it.each([RunTrigger.RUN_TRIGGER_OPENING, RunTrigger.RUN_TRIGGER_COLLATERAL])(
    'trigger %s of an owner',
    async (trigger) => {
      const intentId = await created();
      const request = await byEngine(intentId, trigger);
      expect((await refusalOf(alice.rebalanceIntent(request))).reason).toBe('PERMISSION_DENIED');
      expect(await world.rowCount('runs')).toBe(0);
    },
  );

  it('an owner that names a series', async () => {
    const intentId = await created();
    const call = alice.rebalanceIntent({ ...byHand(intentId), seriesId: SERIES });
    expect((await refusalOf(call)).reason).toBe('PERMISSION_DENIED');
  });

  it.each([
    ['of another base', 'ETH-1000-20180504', 'BTC'],
    ['that has matured', 'BTC-30000-20180403', '2018-04-03T08:00:00.000Z'],
    ['that is none', 'BTC-30000', 'such as'],
    ['with its half', P, 'such as'],
  ])('a series %s, naming it and what is allowed', async (_what, seriesId, limit) => {
    const intentId = await created();
    const request = await byEngine(intentId, RunTrigger.RUN_TRIGGER_PRICE, seriesId);
    const { violations } = await refusalOf(engine.rebalanceIntent(request));
    expect(violations).toMatchObject([{ field: 'series_id', reason: 'FIELD_INVALID' }]);
    expect(violations[0]?.message).toContain(seriesId);
    expect(violations[0]?.message).toContain(limit);
    expect(await world.rowCount('runs')).toBe(0);
  });

  it('a series for weights', async () => {
    const intentId = await created({ allocation: WEIGHTS });
    const request = await byEngine(intentId, RunTrigger.RUN_TRIGGER_PRICE, SERIES);
    const { violations } = await refusalOf(engine.rebalanceIntent(request));
    expect(violations).toMatchObject([{ field: 'series_id', reason: 'FIELD_INVALID' }]);
    expect(violations[0]?.message).toContain('targetWeights');
  });
});
