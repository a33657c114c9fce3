import { randomUUID } from 'node:crypto';
import {
  RunOutcome,
  RunTrigger,
  type Allocation,
  type RebalanceIntentResponse,
} from '@trimtab/contracts/intent';
import { DriftBandGoal, DriftBandKind } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { memorySpans, type MemorySpans } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  leaseOn,
  LOST,
  NOW,
  refusal,
  refusalOf,
  SOLVER,
  startIntentWorld,
  WEIGHTS,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

const WIDENED = 'alice intent:write plan:write rebalance:write';
let world: IntentWorld;
let spans: MemorySpans;
let alice: IntentClient;

beforeAll(async () => {
  spans = memorySpans();
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
});
afterAll(async () => {
  await world.close();
  await spans.stop();
});
beforeEach(async () => {
  await world.database.pool.query('truncate runs, intents, idempotency_keys cascade');
  world.fake.vaults.clear();
  world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: ['LTC', 'WBTC'] });
  world.fake.noOp = false;
});

async function createIntent(allocation: Allocation): Promise<string> {
  const { intent } = await alice.createIntent(
    createRequest(randomUUID(), { allocation, vaultId: 'v1' }),
  );
  world.fake.calls.length = 0;
  world.fake.effects.clear();
  return present(intent, 'the answer has an intent').intentId;
}
const rebalance = (
  intentId: string,
  requestId: string = randomUUID(),
  client = alice,
): Promise<RebalanceIntentResponse> =>
  client.rebalanceIntent({ requestId, intentId, leaseToken: 0n, seriesId: '' });
const names = (): readonly RemoteCall[] => world.fake.calls.map(({ name }) => name);
const requestOf = (name: RemoteCall): unknown =>
  world.fake.calls.find((call) => call.name === name)?.request;

describe('RebalanceIntent with target weights', () => {
  it('goes snapshot, valuation, explicit plan, rebalance, in the name of the owner', async () => {
    const intentId = await createIntent(WEIGHTS);
    const answer = await rebalance(intentId);
    expect(answer).toMatchObject({
      outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
      reason: '',
      snapshotHash: 'a'.repeat(64),
      planHash: 'b'.repeat(64),
    });
    expect(answer.rebalanceId).toMatch(/^rebalance-/);
    expect(names()).toEqual([
      'getVault',
      'takeSnapshot',
      'valueVault',
      'buildPlan',
      'createRebalance',
    ]);
    expect(new Set(world.fake.calls.map(({ caller }) => caller))).toEqual(new Set([WIDENED]));
    // Held LTC and WBTC, targets BTC → WBTC and ETH → WETH.
    expect(requestOf('takeSnapshot')).toMatchObject({ assetIds: ['LTC', 'WBTC', 'WETH'] });
    expect(requestOf('buildPlan')).toMatchObject({
      vaultId: 'v1',
      snapshotHash: 'a'.repeat(64),
      generateTime: NOW,
      valuation: { vaultVersion: 3, fence: 1, nav: '10000000000' },
      weights: {
        mode: 'EXPLICIT',
        targets: [
          { assetId: 'WBTC', side: 'LONG', weightBps: 6000, investible: true },
          { assetId: 'WETH', side: 'LONG', weightBps: 4000, investible: true },
        ],
      },
    });
    expect(requestOf('createRebalance')).toMatchObject({
      vaultId: 'v1',
      vaultVersion: 3,
      fence: 1,
      planHash: 'b'.repeat(64),
      snapshotHash: 'a'.repeat(64),
    });
  });

  it('keeps the run with who, why and the trace of its span', async () => {
    const intentId = await createIntent(WEIGHTS);
    const answer = await rebalance(intentId);
    const [span] = spans
      .named('rebalance_intent')
      .filter((one) => one.attributes['trimtab.run.id'] === answer.runId);
    expect(answer.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span?.spanContext().traceId).toBe(answer.traceId);
    expect(span?.attributes['trimtab.rebalance.id']).toBe(answer.rebalanceId);
    const { rows } = await world.database.pool.query('select * from runs');
    expect(rows).toMatchObject([
      {
        run_id: answer.runId,
        intent_id: intentId,
        vault_id: 'v1',
        started_by: 'alice',
        trigger: 'MANUAL',
        trace_id: answer.traceId,
        outcome: 'REBALANCE',
      },
    ]);
  });
});

describe('RebalanceIntent with a solver allocation', () => {
  it('prices what is held and the candidates that are healthy, and asks for rounds', async () => {
    world.fake.healthy.delete('KAMINO');
    const intentId = await createIntent(SOLVER);
    const answer = await rebalance(intentId);
    world.fake.healthy.add('KAMINO');
    expect(answer.outcome).toBe(RunOutcome.RUN_OUTCOME_REBALANCE);
    expect(requestOf('takeSnapshot')).toMatchObject({ assetIds: ['AAVE-USDC', 'LTC', 'WBTC'] });
    expect(requestOf('buildPlan')).toMatchObject({
      weights: {
        mode: 'ROUNDS',
        policyId: 'balanced',
        allowedStrategies: ['aave-usdc', 'kamino', 'sick'],
      },
    });
  });

  it('is refused when nothing is held and no candidate is healthy', async () => {
    world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: [] });
    const kept = [...world.fake.healthy];
    const intentId = await createIntent(SOLVER);
    world.fake.healthy.clear();
    const answer = await rebalance(intentId);
    for (const assetId of kept) world.fake.healthy.add(assetId);
    expect([answer.outcome, answer.reason]).toEqual([
      RunOutcome.RUN_OUTCOME_REFUSED,
      'ASSET_NOT_HEALTHY',
    ]);
  });
});

describe('the outcomes of a run', () => {
  it('is NO_OP with its reason when the plan moves too little, and makes no rebalance', async () => {
    world.fake.noOp = true;
    const answer = await rebalance(await createIntent(WEIGHTS));
    expect(answer).toMatchObject({
      outcome: RunOutcome.RUN_OUTCOME_NO_OP,
      reason: 'PLAN_NO_OP',
      rebalanceId: '',
      planHash: 'b'.repeat(64),
    });
    expect(answer.message).toContain('42 bps');
    expect(names()).not.toContain('createRebalance');
  });

  it.each<[RemoteCall, Parameters<typeof refusal>[0], string]>([
    ['getVault', 'NOT_FOUND', 'VAULT_NOT_FOUND'],
    ['takeSnapshot', 'FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY'],
    ['valueVault', 'FAILED_PRECONDITION', 'PRICE_MISSING'],
    ['buildPlan', 'FAILED_PRECONDITION', 'NAV_NOT_POSITIVE'],
    ['createRebalance', 'FAILED_PRECONDITION', 'REBALANCE_IN_PROGRESS'],
    ['createRebalance', 'FAILED_PRECONDITION', 'SNAPSHOT_STALE'],
    ['createRebalance', 'ABORTED', 'FENCE_STALE'],
  ])('is REFUSED when %s answers %s %s, and stays so', async (name, kind, reason) => {
    const intentId = await createIntent(WEIGHTS);
    const requestId = randomUUID();
    world.fake.failNext(name, refusal(kind, reason));
    const answer = await rebalance(intentId, requestId);
    expect(answer).toMatchObject({
      outcome: RunOutcome.RUN_OUTCOME_REFUSED,
      reason,
      message: `refused with ${reason}`,
      rebalanceId: '',
    });
    const callCount = world.fake.calls.length;
    expect(await rebalance(intentId, requestId)).toEqual(answer);
    expect(world.fake.calls).toHaveLength(callCount);
  });
});

describe('a run that broke off', () => {
  const steps: readonly RemoteCall[] = [
    'getVault',
    'takeSnapshot',
    'valueVault',
    'buildPlan',
    'createRebalance',
  ];
  it.each(steps.flatMap((name) => [[name, 'before'] as const, [name, 'after'] as const]))(
    'at %s (%s its effect) is finished by the same request, with the same effects',
    async (name, when) => {
      const intentId = await createIntent(WEIGHTS);
      const requestId = randomUUID();
      world.fake.failNext(name, LOST, when);
      expect((await refusalOf(rebalance(intentId, requestId))).reason).toBe('DEADLINE_EXCEEDED');
      const running = await world.database.pool.query('select outcome from runs');
      expect(running.rows).toEqual([{ outcome: 'RUNNING' }]);

      // The world moves on: the retry must still ask what the first attempt asked.
      world.clock.advanceMillis(1000);
      const answer = await rebalance(intentId, requestId);
      expect(answer.outcome).toBe(RunOutcome.RUN_OUTCOME_REBALANCE);
      expect([...world.fake.effects.values()].map((effect) => effect.name)).toEqual([
        'takeSnapshot',
        'buildPlan',
        'createRebalance',
      ]);
      expect(await world.rowCount('runs')).toBe(1);
      // One call for each step, and one more for the step that failed.
      expect(world.fake.calls).toHaveLength(steps.length + 1);
    },
  );

  it('takes the assets of its first attempt, although the vault holds others by now', async () => {
    const intentId = await createIntent(WEIGHTS);
    const requestId = randomUUID();
    world.fake.failNext('takeSnapshot', LOST, 'after');
    await refusalOf(rebalance(intentId, requestId));
    world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: ['DOGE'] });
    const answer = await rebalance(intentId, requestId);
    expect(answer.outcome).toBe(RunOutcome.RUN_OUTCOME_REBALANCE);
  });

  it('makes one rebalance when twins of a request run at once', async () => {
    const intentId = await createIntent(WEIGHTS);
    const requestId = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => rebalance(intentId, requestId)));
    expect(new Set(answers.map(({ rebalanceId }) => rebalanceId)).size).toBe(1);
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    expect(world.fake.effects.size).toBe(3);
  });
});

describe('requests that start no run', () => {
  const expectRefusal = async (call: Promise<unknown>, kind: string, reason: string) => {
    const error = await refusalOf(call);
    expect([error.kind, error.reason]).toEqual([kind, reason]);
    expect(await world.rowCount('runs')).toBe(0);
  };

  it('are refused for others than the owner and the engine', async () => {
    const intentId = await createIntent(WEIGHTS);
    const bob = await world.clientOf('bob', 'intent:write');
    const admin = await world.clientOf('root', 'admin');
    const denied = ['PERMISSION_DENIED', 'PERMISSION_DENIED'] as const;
    await expectRefusal(rebalance(intentId, randomUUID(), bob), ...denied);
    await expectRefusal(rebalance(intentId, randomUUID(), admin), ...denied);
    expect(world.fake.calls).toEqual([]);
  });

  it.each(['COMPLETED', 'CANCELLED', 'ERROR'])(
    'T19: are FAILED_PRECONDITION INTENT_TERMINAL for an intent that is %s, in the words of the source',
    async (state) => {
      const intentId = await createIntent(WEIGHTS);
      await world.database.pool.query('update intents set state = $1', [state]);
      expect(await refusalOf(rebalance(intentId))).toMatchObject({
        kind: 'FAILED_PRECONDITION',
        reason: 'INTENT_TERMINAL',
        message: 'intent is completed/cancelled and cannot be modified',
        metadata: { state },
      });
      expect(await world.rowCount('runs')).toBe(0);
    },
  );

  it('are refused for an intent that is unknown or not activated', async () => {
    const intentId = await createIntent(WEIGHTS);
    const set = (assignment: string) =>
      world.database.pool.query(`update intents set ${assignment}`);
    const failed = 'FAILED_PRECONDITION';
    await expectRefusal(rebalance('intent-1-a1b2c3d4'), 'NOT_FOUND', 'INTENT_NOT_FOUND');
    await set(`activation_step = 'DERIVED'`);
    await expectRefusal(rebalance(intentId), failed, 'INTENT_NOT_ACTIVATED');
  });

  it('are refused for bad fields', async () => {
    const bad = alice.rebalanceIntent({
      requestId: randomUUID(),
      intentId: '',
      trigger: RunTrigger.RUN_TRIGGER_UNSPECIFIED,
      leaseToken: 0n,
      seriesId: '',
    });
    const error = await refusalOf(bad);
    expect(error.violations.map(({ field }) => field)).toEqual(['intent_id', 'trigger']);
  });

  it('are refused when the request id was used with another body', async () => {
    const requestId = randomUUID();
    const intentId = await createIntent(WEIGHTS);
    await rebalance(intentId, requestId);
    const other = await refusalOf(
      alice.rebalanceIntent({
        requestId,
        intentId,
        trigger: RunTrigger.RUN_TRIGGER_MANUAL,
        leaseToken: 0n,
        seriesId: '',
      }),
    );
    expect([other.kind, other.reason]).toEqual(['INVALID_ARGUMENT', 'REQUEST_ID_REUSED']);
    expect(await world.rowCount('runs')).toBe(1);
  });
});

describe('triggers of the engine', () => {
  it('start runs in its own name; drift trades outside the band only', async () => {
    const { intent } = await alice.createIntent(
      createRequest(randomUUID(), {
        allocation: WEIGHTS,
        vaultId: 'v1',
        triggers: {
          schedule: undefined,
          slippageBudget: undefined,
          driftBand: {
            kind: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
            widthBps: 200,
            goal: DriftBandGoal.DRIFT_BAND_GOAL_EDGE,
          },
        },
      }),
    );
    const intentId = intent?.intentId ?? '';
    world.fake.calls.length = 0;
    const engine = await world.clientOf('service:engine', 'engine');
    const trigger = RunTrigger.RUN_TRIGGER_DRIFT;
    const leaseToken = await leaseOn(world, intentId);
    const start = { intentId, trigger, leaseToken, seriesId: '' };
    await engine.rebalanceIntent({ ...start, requestId: randomUUID() });
    expect(requestOf('createRebalance')).toMatchObject({
      driftBand: { kind: 'ABSOLUTE', widthBps: 200, goal: 'EDGE' },
    });
    expect(world.fake.calls.at(-1)?.caller).toBe(
      'service:engine engine plan:write rebalance:write',
    );
    const { rows } = await world.database.pool.query('select started_by, trigger from runs');
    expect(rows).toEqual([{ started_by: 'service:engine', trigger: 'DRIFT' }]);

    const owner = await refusalOf(alice.rebalanceIntent({ ...start, requestId: randomUUID() }));
    expect(owner.reason).toBe('PERMISSION_DENIED');
    world.fake.calls.length = 0;
    await rebalance(intentId);
    expect(requestOf('createRebalance')).toMatchObject({ driftBand: undefined });
  });
});
