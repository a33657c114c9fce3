import { randomUUID } from 'node:crypto';
import {
  ActivationStep,
  StrategyIntent_State as State,
  UpdateIntentRequest,
  type CreateIntentRequest,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  LOST,
  NOW,
  refusal,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  await world.database.pool.query(
    `create function crash() returns trigger language plpgsql as
       $$ begin raise exception 'the process is gone'; end $$`,
  );
});
afterAll(() => world.close());
beforeEach(async () => {
  await recover();
  await world.database.pool.query('truncate due_work, intents, idempotency_keys cascade');
  world.fake.calls.length = 0;
  world.fake.deposits.length = 0;
  world.fake.withdrawals.length = 0;
  world.fake.vaults.clear();
});

/** What was committed before a step stays; the step itself and all after it never happen. */
async function crashAt(step: string): Promise<void> {
  await world.database.pool.query(
    `create trigger crash before update on intents for each row
       when (new.activation_step = '${step}' and old.activation_step <> '${step}')
       execute function crash()`,
  );
}
async function recover(): Promise<void> {
  await world.database.pool.query('drop trigger if exists crash on intents');
}
/** Lets the worker look at what broke off, without waiting for its seconds to pass. */
async function wakeWorker(): Promise<void> {
  await world.database.pool.query('update intents set activation_due_time = now()');
}

async function onlyIntent(): Promise<StrategyIntent> {
  const listed = await alice.listIntents({ pageSize: 0, pageToken: '', states: [], owner: '' });
  expect(listed.intents).toHaveLength(1);
  return present(listed.intents[0], 'one was counted');
}
async function storedStep(): Promise<string> {
  const { rows } = await world.database.pool.query<{ activation_step: string }>(
    'select activation_step from intents',
  );
  return rows[0]?.activation_step ?? 'none';
}
async function workOf(): Promise<readonly string[]> {
  const { rows } = await world.database.pool.query<{ work_id: string }>(
    'select work_id from due_work order by work_id collate "C"',
  );
  return rows.map((row) => row.work_id);
}

/** A point at which the activation breaks off, and the step that is recorded then. */
interface Break {
  readonly name: string;
  readonly at: string;
  readonly prepare: () => Promise<void> | void;
}
const remote = (name: RemoteCall, when: 'before' | 'after'): Break => ({
  name: `${when} the effect of ${name}`,
  at: 'AGENTS_SELECTED',
  prepare: () => world.fake.failNext(name, LOST, when),
});
const local = (step: string, at: string): Break => ({
  name: `before ${step} is recorded`,
  at,
  prepare: () => crashAt(step),
});
/** Every boundary of every step; what comes after a record is what comes before the next effect. */
const BREAKS: readonly Break[] = [
  local('AGENTS_SELECTED', 'DERIVED'),
  remote('createVault', 'before'),
  remote('createVault', 'after'),
  remote('deposit', 'before'),
  remote('deposit', 'after'),
  local('VAULT_ALLOCATED', 'AGENTS_SELECTED'),
  local('LOOP_STARTED', 'VAULT_ALLOCATED'),
  local('ACTIVATED', 'LOOP_STARTED'),
];

/** Creates an intent whose activation breaks off. */
async function broken({ prepare, at }: Break, request: CreateIntentRequest): Promise<void> {
  await prepare();
  await expect(alice.createIntent(request)).rejects.toThrow(/no answer|internal error/);
  expect(await storedStep()).toBe(at);
  await recover();
}

async function expectActivated(): Promise<StrategyIntent> {
  const intent = await onlyIntent();
  expect(intent.state).toBe(State.STATE_ACTIVE);
  expect(intent.runtime?.activationStep).toBe(ActivationStep.ACTIVATION_STEP_ACTIVATED);
  expect([...world.fake.vaults.keys()]).toEqual([intent.vaultId]);
  expect(world.fake.vaults.get(intent.vaultId)).toMatchObject({ mode: 'OPEN' });
  expect(world.fake.deposits).toEqual([
    { vaultId: intent.vaultId, assetId: 'USDC', amount: 10_000_500_000n },
  ]);
  expect(await workOf()).toEqual([
    `MARKET_MAKER/${intent.intentId}`,
    'ORACLE/BTC/USDC',
    'POOL/USDC',
    `POSITION_MONITOR/${intent.intentId}`,
    `REBALANCE/${intent.intentId}`,
    `SETTLEMENT/${intent.intentId}`,
  ]);
  return intent;
}

/** Ended, and nothing of it is left: every vault is closed and empty, all money is the owner's. */
async function expectUndone(state: State): Promise<StrategyIntent> {
  const intent = await eventually(async () => {
    world.clock.advanceMillis(60_000);
    const now = await onlyIntent();
    const { rows } = await world.database.pool.query('select 1 from state_changes where not ended');
    return now.state === state && rows.length === 0 ? now : undefined;
  });
  const vaults = [...world.fake.vaults.values()];
  expect(vaults.length).toBeLessThanOrEqual(1);
  for (const vault of vaults) {
    expect(vault.mode).toBe('CLOSED');
    expect(vault.cash ?? 0n).toBe(0n);
    expect(vault.heldAssets).toEqual([]);
  }
  const sum = (moves: readonly { readonly amount: bigint }[]) =>
    moves.reduce((total, { amount }) => total + amount, 0n);
  expect(sum(world.fake.withdrawals)).toBe(sum(world.fake.deposits));
  expect((await workOf()).filter((workId) => workId.includes(intent.intentId))).toEqual([]);
  return intent;
}

describe('the activation', () => {
  it('starts the loop: a due row for each agent of the plan, shared ones once', async () => {
    await alice.createIntent(createRequest(randomUUID()));
    const first = await expectActivated();
    await alice.createIntent(createRequest(randomUUID(), { ticker: 'ETH/USDC' }));
    const { rows } = await world.database.pool.query(
      `select agent_kind, instance_key, intent_id, due_time, lease_token, engine_id
       from due_work where intent_id is null or intent_id = $1 order by work_id collate "C"`,
      [first.intentId],
    );
    const dueTime = new Date(NOW);
    const free = { due_time: dueTime, lease_token: '0', engine_id: null };
    const own = { ...free, instance_key: first.intentId, intent_id: first.intentId };
    expect(rows).toMatchObject([
      { ...own, agent_kind: 'MARKET_MAKER' },
      { ...free, agent_kind: 'ORACLE', instance_key: 'BTC/USDC', intent_id: null },
      { ...free, agent_kind: 'ORACLE', instance_key: 'ETH/USDC', intent_id: null },
      { ...free, agent_kind: 'POOL', instance_key: 'USDC', intent_id: null },
      { ...own, agent_kind: 'POSITION_MONITOR' },
      { ...own, agent_kind: 'REBALANCE' },
      { ...own, agent_kind: 'SETTLEMENT' },
    ]);
  });

  it('shows each step while it is the last one that is complete', async () => {
    await alice.createIntent(createRequest(randomUUID()));
    const { rows } = await world.database.pool.query<{ step: string }>(
      `select document ->> 'activationStep' as step from intent_changes order by sequence`,
    );
    expect(rows.map(({ step }) => step)).toEqual([
      'DERIVED',
      'AGENTS_SELECTED',
      // The vault is known before the collateral is put in.
      'AGENTS_SELECTED',
      'VAULT_ALLOCATED',
      'LOOP_STARTED',
      'ACTIVATED',
    ]);
  });

  it.each(BREAKS)('broken off $name is finished by the same request', async (step) => {
    const request = createRequest(randomUUID());
    await broken(step, request);
    const answer = await alice.createIntent(request);
    expect(answer.intent).toEqual(await expectActivated());
    expect(await alice.createIntent(request)).toEqual(answer);
  });

  it.each(BREAKS)('broken off $name is finished by the worker', async (step) => {
    const request = createRequest(randomUUID());
    await broken(step, request);
    await wakeWorker();
    await eventually(async () => ((await storedStep()) === 'ACTIVATED' ? true : undefined));
    const intent = await expectActivated();
    expect(await alice.createIntent(request)).toEqual({ intent, warnings: [] });
  });

  it('is finished once when its request and the worker go on with it together', async () => {
    const request = createRequest(randomUUID());
    const held = world.fake.holdNext('deposit', 'after');
    const call = alice.createIntent(request);
    await held.entered;
    await wakeWorker();
    await eventually(async () => ((await storedStep()) === 'ACTIVATED' ? true : undefined));
    held.release();
    expect((await call).intent).toEqual(await expectActivated());
  });

  it.each(['createVault', 'deposit'] as const)(
    'whose %s is refused ends in ERROR with the reason, and nothing is left allocated',
    async (name) => {
      const request = createRequest(randomUUID());
      world.fake.failNext(name, refusal('FAILED_PRECONDITION', 'DEPOSIT_LIMIT_EXCEEDED'));
      const { intent } = await alice.createIntent(request);
      expect(intent?.state).toBe(State.STATE_ERROR);
      expect(intent?.stateReason).toBe(
        'activation failed: DEPOSIT_LIMIT_EXCEEDED: refused with DEPOSIT_LIMIT_EXCEEDED',
      );
      await expectUndone(State.STATE_ERROR);
      expect(world.fake.deposits).toEqual([]);
      expect((await alice.createIntent(request)).intent).toEqual(intent);
    },
  );

  it.each(['createVault', 'setMode', 'closeVault'] as const)(
    'that is refused is undone although %s breaks off meanwhile',
    async (name) => {
      world.fake.failNext('deposit', refusal('FAILED_PRECONDITION', 'DEPOSIT_LIMIT_EXCEEDED'));
      world.fake.failNext(name, LOST, 'after');
      await alice.createIntent(createRequest(randomUUID())).catch(() => undefined);
      await wakeWorker();
      await expectUndone(State.STATE_ERROR);
    },
  );

  it('refused to one caller after another has put the collateral in gives the money back', async () => {
    const request = createRequest(randomUUID());
    const held = world.fake.holdNext('deposit', 'before');
    world.fake.failNext('deposit', refusal('FAILED_PRECONDITION', 'DEPOSIT_LIMIT_EXCEEDED'));
    const late = alice.createIntent(request);
    await held.entered;
    await crashAt('VAULT_ALLOCATED');
    await expect(alice.createIntent(request)).rejects.toThrow('internal error');
    expect(world.fake.deposits).toHaveLength(1);
    held.release();
    await recover();
    await late;
    await expectUndone(State.STATE_ERROR);
    expect(world.fake.withdrawals).toHaveLength(1);
  });
});

describe('a cancellation before the end of the activation', () => {
  const cancel = async () => {
    const { intentId } = await onlyIntent();
    const request = { requestId: randomUUID(), intentId, etag: '', reason: 'changed my mind' };
    return (await alice.cancelIntent(request)).intent;
  };

  it.each(BREAKS)('broken off $name leaves no vault open and no money in one', async (step) => {
    const request = createRequest(randomUUID());
    await broken(step, request);
    expect((await cancel())?.state).toBe(State.STATE_CANCELLED);
    await wakeWorker();
    const intent = await expectUndone(State.STATE_CANCELLED);
    expect(intent.stateReason).toBe('changed my mind');
    expect((await alice.createIntent(request)).intent).toEqual(intent);
  });

  const HOLDS = (['createVault', 'deposit'] as const).flatMap((name) => [
    [name, 'before'] as const,
    [name, 'after'] as const,
  ]);

  it.each(HOLDS)('that comes while %s is on its way (%s its effect) wins', async (name, when) => {
    const request = createRequest(randomUUID());
    const held = world.fake.holdNext(name, when);
    const creation = alice.createIntent(request);
    await held.entered;
    expect((await cancel())?.state).toBe(State.STATE_CANCELLED);
    held.release();
    expect((await creation).intent?.state).toBe(State.STATE_CANCELLED);
    await expectUndone(State.STATE_CANCELLED);
  });

  it.each(HOLDS)(
    'closes a vault first when %s arrives late (%s its effect)',
    async (name, when) => {
      const held = world.fake.holdNext(name, when);
      const creation = alice.createIntent(createRequest(randomUUID()));
      await held.entered;
      await cancel();
      await expectUndone(State.STATE_CANCELLED);
      held.release();
      expect((await creation).intent?.state).toBe(State.STATE_CANCELLED);
      await expectUndone(State.STATE_CANCELLED);
    },
  );

  it.each(['createVault', 'setMode'] as const)(
    'goes on by itself when its %s breaks off',
    async (name) => {
      world.fake.failNext('createVault', LOST, 'after');
      await refusalOf(alice.createIntent(createRequest(randomUUID())));
      world.fake.failNext(name, LOST, 'after');
      expect((await refusalOf(cancel())).reason).toBe('DEADLINE_EXCEEDED');
      await wakeWorker();
      await expectUndone(State.STATE_CANCELLED);
    },
  );

  it('makes no vault where none can have been made', async () => {
    await broken(local('AGENTS_SELECTED', 'DERIVED'), createRequest(randomUUID()));
    await cancel();
    await expectUndone(State.STATE_CANCELLED);
    expect(world.fake.calls).toEqual([]);
  });

  it('is the only change before the end: pausing, updating and rebalancing are refused', async () => {
    const request = createRequest(randomUUID());
    await broken(remote('deposit', 'before'), request);
    const { intentId, etag } = await onlyIntent();
    const ids = { requestId: randomUUID(), intentId };
    const update = { ...UpdateIntentRequest.fromPartial({}), ...ids, etag };
    const refusals = [
      refusalOf(alice.pauseIntent({ ...ids, etag: '' })),
      refusalOf(alice.updateIntent(update)),
      refusalOf(alice.rebalanceIntent({ ...ids, leaseToken: 0n, seriesId: '' })),
    ];
    expect((await Promise.all(refusals)).map(({ reason }) => reason)).toEqual([
      'INTENT_NOT_ACTIVATED',
      'INTENT_NOT_ACTIVATED',
      'INTENT_NOT_ACTIVATED',
    ]);
  });

  it('takes the due rows away with the state', async () => {
    const { intent } = await alice.createIntent(createRequest(randomUUID()));
    expect(await workOf()).toHaveLength(6);
    expect(intent?.state).toBe(State.STATE_ACTIVE);
    await cancel();
    expect(await workOf()).toEqual(['ORACLE/BTC/USDC', 'POOL/USDC']);
  });
});
