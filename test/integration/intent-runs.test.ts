import { randomUUID } from 'node:crypto';
import {
  RunOutcome,
  RunTrigger,
  Triggers,
  type Run,
  type RebalanceIntentResponse,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { DriftBandGoal, DriftBandKind } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  leaseOn,
  LOST,
  refusal,
  refusalOf,
  startIntentWorld,
  WEIGHTS,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

const NO_OP = RunOutcome.RUN_OUTCOME_NO_OP;
const REBALANCE = RunOutcome.RUN_OUTCOME_REBALANCE;
const REFUSED = RunOutcome.RUN_OUTCOME_REFUSED;

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
  await world.database.pool.query('truncate runs, intents, idempotency_keys cascade');
  world.fake.vaults.clear();
  world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: ['WBTC'] });
  world.fake.noOp = false;
  world.fake.rebalance = { ended: true, costBps: 0n };
});

async function intentWith(triggers: Partial<Triggers> = {}): Promise<StrategyIntent> {
  const { intent } = await alice.createIntent(
    createRequest(randomUUID(), {
      allocation: WEIGHTS,
      vaultId: 'v1',
      triggers: Triggers.fromPartial(triggers),
    }),
  );
  world.fake.calls.length = 0;
  world.fake.effects.clear();
  return present(intent, 'the answer has an intent');
}
const rebalance = (intentId: string, requestId: string = randomUUID()) =>
  alice.rebalanceIntent({ requestId, intentId, leaseToken: 0n, seriesId: '' });
const triggered = async (intentId: string, trigger: RunTrigger) =>
  engine.rebalanceIntent({
    requestId: randomUUID(),
    intentId,
    trigger,
    leaseToken: await leaseOn(world, intentId),
    seriesId: '',
  });
const briefly = ({ outcome, reason }: RebalanceIntentResponse) => [outcome, reason];
async function listed(intentId: string): Promise<readonly Run[]> {
  return (await alice.listRuns({ intentId, pageSize: 0, pageToken: '' })).runs;
}
const rebalancesMade = (): number =>
  [...world.fake.effects.values()].filter(({ name }) => name === 'createRebalance').length;

describe('the cooldown', () => {
  it('turns every trigger into a recorded no-op until it has passed, one by hand too', async () => {
    const { intentId } = await intentWith({ cooldownSeconds: 60 });
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
    world.clock.advanceMillis(59_999);
    world.fake.calls.length = 0;
    expect(briefly(await rebalance(intentId))).toEqual([NO_OP, 'COOLDOWN']);
    const drift = RunTrigger.RUN_TRIGGER_DRIFT;
    expect(briefly(await triggered(intentId, drift))).toEqual([NO_OP, 'COOLDOWN']);
    expect(world.fake.calls).toEqual([]);
    world.clock.advanceMillis(1);
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
    const runs = await listed(intentId);
    expect(
      runs.map((run) => [run.startedBy, run.trigger, run.outcome, run.reason].join(' ')).sort(),
    ).toEqual([
      `alice 1 ${REBALANCE} `,
      `alice 1 ${REBALANCE} `,
      `alice 1 ${NO_OP} COOLDOWN`,
      `service:engine ${drift} ${NO_OP} COOLDOWN`,
    ]);
  });

  it('counts from the last run that made a rebalance, not from no-ops and refusals', async () => {
    const { intentId } = await intentWith({ cooldownSeconds: 60 });
    world.fake.noOp = true;
    expect(briefly(await rebalance(intentId))).toEqual([NO_OP, 'PLAN_NO_OP']);
    world.fake.noOp = false;
    world.fake.failNext('createRebalance', refusal('FAILED_PRECONDITION', 'VAULT_IN_DEFICIT'));
    expect((await rebalance(intentId)).outcome).toBe(REFUSED);
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
  });
});

describe('the slippage budget', () => {
  const slippageBudget = { budgetBps: 30, windowSeconds: 3600 };

  it('adds up what the rebalances of the window cost, and forbids more when it is spent', async () => {
    const { intentId } = await intentWith({ slippageBudget });
    world.fake.rebalance = { ended: true, costBps: 15n };
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
    const third = await rebalance(intentId);
    expect(briefly(third)).toEqual([NO_OP, 'SLIPPAGE_BUDGET_SPENT']);
    expect(third.message).toContain('cost 30 bps, the budget is 30');
  });

  it('is whole again when the window has passed', async () => {
    const { intentId } = await intentWith({ slippageBudget });
    world.fake.rebalance = { ended: true, costBps: 30n };
    await rebalance(intentId);
    world.clock.advanceMillis(3_599_999);
    expect(briefly(await rebalance(intentId))).toEqual([NO_OP, 'SLIPPAGE_BUDGET_SPENT']);
    world.clock.advanceMillis(1);
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
  });

  it('asks again for the cost of a rebalance that runs, and keeps that of one that has ended', async () => {
    const { intentId } = await intentWith({ slippageBudget });
    world.fake.rebalance = { ended: false, costBps: 1n };
    await rebalance(intentId);
    await rebalance(intentId);
    world.fake.rebalance = { ended: true, costBps: 15n };
    expect(briefly(await rebalance(intentId))).toEqual([NO_OP, 'SLIPPAGE_BUDGET_SPENT']);
    world.fake.calls.length = 0;
    expect(briefly(await rebalance(intentId))).toEqual([NO_OP, 'SLIPPAGE_BUDGET_SPENT']);
    expect(world.fake.calls).toEqual([]);
  });

  it('lets no run pass while the cost is not known', async () => {
    const { intentId } = await intentWith({ slippageBudget });
    await rebalance(intentId);
    world.fake.failNext('getRebalance', LOST);
    expect((await refusalOf(rebalance(intentId))).reason).toBe('DEADLINE_EXCEEDED');
    expect(rebalancesMade()).toBe(1);
  });

  it('of an intent without limits asks nobody for costs', async () => {
    const { intentId } = await intentWith();
    await rebalance(intentId);
    await rebalance(intentId);
    expect(world.fake.calls.map(({ name }) => name)).not.toContain('getRebalance');
  });
});

describe('two triggers at once', () => {
  it('are two recorded runs: one makes its rebalance, the other is refused', async () => {
    const { intentId } = await intentWith();
    const held = world.fake.holdNext('takeSnapshot', 'before');
    const first = rebalance(intentId);
    await held.entered;
    const second = await triggered(intentId, RunTrigger.RUN_TRIGGER_SCHEDULE);
    expect(briefly(second)).toEqual([REFUSED, 'REBALANCE_IN_PROGRESS']);
    held.release();
    expect((await first).outcome).toBe(REBALANCE);
    expect(rebalancesMade()).toBe(1);
    expect((await listed(intentId)).map(({ outcome }) => outcome).sort()).toEqual([
      REBALANCE,
      REFUSED,
    ]);
  });

  it('make one rebalance within a cooldown, however many come together', async () => {
    const { intentId } = await intentWith({ cooldownSeconds: 60 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => rebalance(intentId)));
    expect(answers.filter(({ outcome }) => outcome === REBALANCE)).toHaveLength(1);
    const others = answers.filter(({ outcome }) => outcome !== REBALANCE);
    for (const other of others) expect(other.reason).toMatch(/^COOLDOWN$|^REBALANCE_IN_PROGRESS$/);
    expect(await listed(intentId)).toHaveLength(8);
    expect(rebalancesMade()).toBe(1);
  });

  it('with one request id are one run, and both get its end', async () => {
    const { intentId } = await intentWith();
    const requestId = randomUUID();
    const held = world.fake.holdNext('buildPlan', 'after');
    const first = rebalance(intentId, requestId);
    await held.entered;
    const second = rebalance(intentId, requestId);
    held.release();
    expect(await second).toEqual(await first);
    // The twin waited: each step was asked for once.
    expect(world.fake.calls).toHaveLength(5);
  });
});

describe('a trigger of an intent that is paused', () => {
  it('is refused and recorded, and its request id runs when the intent is active again', async () => {
    const { intentId } = await intentWith();
    await alice.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
    const requestId = randomUUID();
    expect((await refusalOf(rebalance(intentId, requestId))).reason).toBe('INTENT_NOT_ACTIVE');
    expect((await refusalOf(rebalance(intentId, requestId))).reason).toBe('INTENT_NOT_ACTIVE');
    const [run, ...more] = await listed(intentId);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      startedBy: 'alice',
      trigger: RunTrigger.RUN_TRIGGER_MANUAL,
      outcome: REFUSED,
      reason: 'INTENT_NOT_ACTIVE',
    });
    await alice.resumeIntent({ requestId: randomUUID(), intentId, etag: '' });
    expect((await rebalance(intentId, requestId)).outcome).toBe(REBALANCE);
  });
});

describe('the worker', () => {
  /** As if the seconds had passed for which a run is left to its caller. */
  const letGo = () =>
    world.database.pool.query(
      `update runs set lease_expire_time = now() - interval '6 seconds' where outcome = 'RUNNING'`,
    );
  const ended = (intentId: string): Promise<Run> =>
    eventually(async () =>
      (await listed(intentId)).find(
        ({ outcome }) => outcome !== RunOutcome.RUN_OUTCOME_UNSPECIFIED,
      ),
    );
  const STEPS: readonly RemoteCall[] = [
    'getVault',
    'takeSnapshot',
    'valueVault',
    'buildPlan',
    'createRebalance',
  ];

  it.each(STEPS.flatMap((name) => [[name, 'before'] as const, [name, 'after'] as const]))(
    'takes a run that broke off at %s (%s its effect) to the same end',
    async (name, when) => {
      const { intentId } = await intentWith();
      const requestId = randomUUID();
      world.fake.failNext(name, LOST, when);
      await refusalOf(rebalance(intentId, requestId));
      await letGo();
      const run = await ended(intentId);
      expect(run.outcome).toBe(REBALANCE);
      expect(await listed(intentId)).toHaveLength(1);
      expect([...world.fake.effects.values()].map((effect) => effect.name)).toEqual([
        'takeSnapshot',
        'buildPlan',
        'createRebalance',
      ]);
      expect(await rebalance(intentId, requestId)).toMatchObject({
        runId: run.runId,
        rebalanceId: run.rebalanceId,
      });
    },
  );

  it('takes the run of a process that died with the lease in its hand', async () => {
    const { intentId } = await intentWith();
    const held = world.fake.holdNext('buildPlan', 'before');
    const lost = rebalance(intentId);
    await held.entered;
    await letGo();
    const run = await ended(intentId);
    expect(run.outcome).toBe(REBALANCE);
    held.release();
    expect((await lost).rebalanceId).toBe(run.rebalanceId);
  });

  it('goes on in the name of who started the run', async () => {
    const { intentId } = await intentWith();
    world.fake.failNext('createRebalance', LOST);
    await refusalOf(triggered(intentId, RunTrigger.RUN_TRIGGER_SCHEDULE));
    await letGo();
    await ended(intentId);
    expect(world.fake.calls.at(-1)).toMatchObject({
      name: 'createRebalance',
      caller: 'service:engine engine plan:write rebalance:write',
    });
  });

  it('ends a run whose snapshot has grown too old as REFUSED, and another run is free to start', async () => {
    const { intentId } = await intentWith();
    world.fake.failNext('buildPlan', LOST);
    await refusalOf(rebalance(intentId));
    world.fake.failNext('createRebalance', refusal('FAILED_PRECONDITION', 'SNAPSHOT_STALE'));
    await letGo();
    expect(await ended(intentId)).toMatchObject({ outcome: REFUSED, reason: 'SNAPSHOT_STALE' });
    expect((await rebalance(intentId)).outcome).toBe(REBALANCE);
  });

  it('leaves a refusal out that came after another driver took the run over', async () => {
    const { intentId } = await intentWith();
    const held = world.fake.holdNext('createRebalance', 'before');
    world.fake.failNext('createRebalance', refusal('FAILED_PRECONDITION', 'REBALANCE_IN_PROGRESS'));
    const slow = rebalance(intentId);
    await held.entered;
    await letGo();
    expect((await ended(intentId)).outcome).toBe(REBALANCE);
    held.release();
    expect((await slow).outcome).toBe(REBALANCE);
    expect(rebalancesMade()).toBe(1);
  });

  it('trades a drift run outside the band that it started with, though its owner changed it', async () => {
    const driftBand = {
      kind: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
      widthBps: 200,
      goal: DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
    };
    const { intentId } = await intentWith({ driftBand });
    world.fake.failNext('createRebalance', LOST, 'after');
    await refusalOf(triggered(intentId, RunTrigger.RUN_TRIGGER_DRIFT));
    await world.database.pool.query(
      `update intents set spec = jsonb_set(spec, '{triggers,driftBand,widthBps}', '300')`,
    );
    await letGo();
    expect((await ended(intentId)).outcome).toBe(REBALANCE);
    expect(rebalancesMade()).toBe(1);
  });
});
