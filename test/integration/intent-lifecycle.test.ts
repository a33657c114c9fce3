import { randomUUID } from 'node:crypto';
import { StrategyIntent_State as State, type StrategyIntent } from '@trimtab/contracts/intent';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  LOST,
  refusal,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;
let bob: IntentClient;
let admin: IntentClient;
let engine: IntentClient;
let nobody: IntentClient;

const LEASE = 7n;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  bob = await world.clientOf('bob', 'intent:write');
  admin = await world.clientOf('root', 'admin');
  engine = await world.clientOf('service:engine', 'engine');
  nobody = await world.clientOf('eve');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query('truncate intents, idempotency_keys cascade');
  world.fake.vaults.clear();
  world.fake.calls.length = 0;
  world.fake.withdrawals.length = 0;
  world.fake.healthy.add('WBTC');
});

async function created(): Promise<StrategyIntent> {
  const { intent } = await alice.createIntent(createRequest(randomUUID()));
  if (intent === undefined) throw new Error('CreateIntent answers an intent');
  await world.database.pool.query(
    `update due_work set lease_token = $2, engine_id = 'engine-1'
     where intent_id = $1 and agent_kind = 'POSITION_MONITOR'`,
    [intent.intentId, LEASE.toString()],
  );
  return intent;
}

type Verb = 'pause' | 'resume' | 'cancel' | 'complete' | 'fail';
const VERBS: readonly Verb[] = ['pause', 'resume', 'cancel', 'complete', 'fail'];

function call(client: IntentClient, verb: Verb, intentId: string, requestId = randomUUID()) {
  const request = { requestId, intentId, etag: '', reason: 'because', leaseToken: LEASE };
  switch (verb) {
    case 'pause':
      return client.pauseIntent(request);
    case 'resume':
      return client.resumeIntent(request);
    case 'cancel':
      return client.cancelIntent(request);
    case 'complete':
      return client.completeIntent(request);
    case 'fail':
      return client.failIntent(request);
  }
}

async function stateOf(intentId: string): Promise<State | undefined> {
  return (await alice.getIntent({ intentId })).intent?.state;
}

async function force(intentId: string, state: string): Promise<void> {
  await world.database.pool.query('update intents set state = $2 where intent_id = $1', [
    intentId,
    state,
  ]);
}

/** What each mover may do from each state; everything that is absent is refused. */
const ALLOWED: Readonly<Record<string, Partial<Record<Verb, State>>>> = {
  'alice ACTIVE': { pause: State.STATE_PAUSED, cancel: State.STATE_CANCELLED },
  'alice PAUSED': { resume: State.STATE_ACTIVE, cancel: State.STATE_CANCELLED },
  'engine ACTIVE': { complete: State.STATE_ACTIVE, fail: State.STATE_ERROR },
  'engine PAUSED': { fail: State.STATE_ERROR },
};
const STATES = ['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED', 'ERROR'] as const;
const CALLERS = ['alice', 'bob', 'root', 'engine', 'eve'] as const;

describe('the lifecycle', () => {
  const clients = () => ({ alice, bob, root: admin, engine, eve: nobody });
  const cases = CALLERS.flatMap((who) =>
    STATES.flatMap((from) => VERBS.map((verb) => [who, from, verb] as const)),
  );

  it.each(cases)('%s may or may not, from %s, %s', async (who, from, verb) => {
    const { intentId, vaultId } = await created();
    if (from !== 'ACTIVE') await force(intentId, from);
    const vault = world.fake.vaults.get(vaultId);
    if (vault !== undefined && from === 'PAUSED') vault.mode = 'PAUSED';
    const before = await stateOf(intentId);
    const allowed = ALLOWED[`${who} ${from}`]?.[verb];
    if (allowed !== undefined) {
      expect((await call(clients()[who], verb, intentId)).intent?.state).toBe(allowed);
      return;
    }
    const error = await refusalOf(call(clients()[who], verb, intentId));
    const isTerminal = from !== 'ACTIVE' && from !== 'PAUSED';
    const owns = verb === 'complete' || verb === 'fail' ? 'engine' : 'alice';
    if (who !== owns) expect(error.reason).toMatch(/^PERMISSION_DENIED$|^SCOPE_MISSING$/);
    else expect(error.reason).toBe(isTerminal ? 'INTENT_TERMINAL' : 'INTENT_STATE_INVALID');
    expect(await stateOf(intentId)).toBe(before);
    expect(vault?.mode).toBe(from === 'PAUSED' ? 'PAUSED' : 'OPEN');
  });

  it('is answered once the mode of the vault stands: nothing is written while it does not', async () => {
    const { intentId, vaultId } = await created();
    world.fake.failNext('setMode', LOST);
    const requestId = randomUUID();
    expect((await refusalOf(call(alice, 'pause', intentId, requestId))).kind).toBe(
      'DEADLINE_EXCEEDED',
    );
    const { intent } = await call(alice, 'pause', intentId, requestId);
    expect(intent?.state).toBe(State.STATE_PAUSED);
    expect(world.fake.vaults.get(vaultId)?.mode).toBe('PAUSED');
  });

  it('is finished by the worker when its caller never comes back', async () => {
    const { intentId, vaultId } = await created();
    world.fake.failNext('setMode', LOST, 'after');
    await refusalOf(call(alice, 'pause', intentId));
    await eventually(async () =>
      (await stateOf(intentId)) === State.STATE_PAUSED ? true : undefined,
    );
    expect(world.fake.vaults.get(vaultId)?.mode).toBe('PAUSED');
  });

  it('answers a repeated request with its first answer, whatever happened since', async () => {
    const { intentId } = await created();
    const requestId = randomUUID();
    const first = await call(alice, 'pause', intentId, requestId);
    await call(alice, 'resume', intentId);
    expect(await call(alice, 'pause', intentId, requestId)).toEqual(first);
    expect(await stateOf(intentId)).toBe(State.STATE_ACTIVE);
    const other = { requestId, intentId, etag: 'x' };
    expect((await refusalOf(alice.pauseIntent(other))).reason).toBe('REQUEST_ID_REUSED');
  });

  it('refuses a stale etag and takes the current one', async () => {
    const { intentId, etag } = await created();
    const stale = { requestId: randomUUID(), intentId, etag: '"old"' };
    const error = await refusalOf(alice.pauseIntent(stale));
    expect([error.kind, error.reason, error.metadata['etag']]).toEqual([
      'ABORTED',
      'ETAG_MISMATCH',
      etag,
    ]);
    await alice.pauseIntent({ requestId: randomUUID(), intentId, etag });
  });

  it('stores nothing of a pause that the vault refuses', async () => {
    const { intentId } = await created();
    world.fake.failNext('setMode', refusal('FAILED_PRECONDITION', 'VAULT_CLOSED'));
    const requestId = randomUUID();
    expect((await refusalOf(call(alice, 'pause', intentId, requestId))).reason).toBe(
      'VAULT_CLOSED',
    );
    expect(await stateOf(intentId)).toBe(State.STATE_ACTIVE);
    expect((await call(alice, 'pause', intentId, requestId)).intent?.state).toBe(
      State.STATE_PAUSED,
    );
  });

  it('takes twins of a request once and gives both the answer', async () => {
    const { intentId } = await created();
    const requestId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call(alice, 'pause', intentId, requestId)),
    );
    expect(new Set(answers.map(({ intent }) => intent?.state))).toEqual(
      new Set([State.STATE_PAUSED]),
    );
    const { rows } = await world.database.pool.query('select * from state_changes');
    expect(rows).toHaveLength(1);
  });

  it('gives contradicting requests an order: one of two resumes comes too late', async () => {
    const { intentId } = await created();
    await call(alice, 'pause', intentId);
    const outcomes = await Promise.allSettled([
      call(alice, 'resume', intentId),
      call(alice, 'resume', intentId),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await stateOf(intentId)).toBe(State.STATE_ACTIVE);
  });

  it('refuses the engine without the current lease', async () => {
    const { intentId } = await created();
    const request = { requestId: randomUUID(), intentId, leaseToken: LEASE - 1n, reason: 'r' };
    expect((await refusalOf(engine.failIntent(request))).reason).toBe('LEASE_LOST');
    expect(await stateOf(intentId)).toBe(State.STATE_ACTIVE);
  });

  it('asks the engine why', async () => {
    const { intentId } = await created();
    const request = { requestId: randomUUID(), intentId, leaseToken: LEASE, reason: '' };
    expect((await refusalOf(engine.failIntent(request))).violations).toMatchObject([
      { field: 'reason', reason: 'FIELD_REQUIRED' },
    ]);
  });
});

describe('an intent that fails', () => {
  it('has its vault paused and its rebalance cancelled before it is in ERROR', async () => {
    const { intentId, vaultId } = await created();
    const vault = world.fake.vaults.get(vaultId);
    if (vault !== undefined) vault.openRebalanceId = 'r1';
    world.fake.calls.length = 0;
    const { intent } = await call(engine, 'fail', intentId);
    expect(intent).toMatchObject({ state: State.STATE_ERROR, stateReason: 'because' });
    expect(world.fake.calls.map(({ name }) => name)).toEqual([
      'setMode',
      'getVault',
      'cancelRebalance',
    ]);
    expect(vault).toMatchObject({ mode: 'PAUSED' });
    expect(vault?.openRebalanceId).toBeUndefined();
  });
});

describe('an intent that is cancelled', () => {
  const closed = async (vaultId: string): Promise<void> => {
    await eventually(async () => {
      world.clock.advanceMillis(60_000);
      const { rows } = await world.database.pool.query('select * from state_changes where ended');
      return rows.length > 0 && world.fake.vaults.get(vaultId)?.mode === 'CLOSED'
        ? true
        : undefined;
    });
  };

  async function withHoldings(): Promise<StrategyIntent> {
    const intent = await created();
    const vault = world.fake.vaults.get(intent.vaultId);
    if (vault === undefined) throw new Error('the vault was made');
    vault.heldAssets = ['DUST', 'WBTC'];
    vault.cash = 5n;
    return intent;
  }

  it('settles its positions, pays everything to the owner, dust in kind, and closes its vault', async () => {
    const { intentId, vaultId } = await withHoldings();
    const { intent } = await call(alice, 'cancel', intentId);
    expect(intent).toMatchObject({ state: State.STATE_CANCELLED, stateReason: 'because' });
    await closed(vaultId);
    expect(world.fake.withdrawals).toEqual([
      { vaultId, assetId: 'DUST', amount: 1n },
      { vaultId, assetId: 'USDC', amount: 1005n },
    ]);
    const settled = world.fake.calls.filter(({ name }) => name === 'createRebalance');
    expect(settled.map(({ request }) => request)).toMatchObject([
      { purpose: 'SETTLE', planHash: undefined, vaultId },
    ]);
    const { rows } = await world.database.pool.query(
      'select trigger, purpose, outcome, started_by from runs where intent_id = $1',
      [intentId],
    );
    expect(rows).toEqual([
      { trigger: 'SETTLEMENT', purpose: 'SETTLE', outcome: 'REBALANCE', started_by: 'alice' },
    ]);
  });

  it('waits for the rebalance that runs to end', async () => {
    const { intentId, vaultId } = await withHoldings();
    const vault = world.fake.vaults.get(vaultId);
    if (vault !== undefined) vault.openRebalanceId = 'r1';
    await call(alice, 'cancel', intentId);
    await eventually(() => {
      world.clock.advanceMillis(1_000);
      const looks = world.fake.calls.filter(({ name }) => name === 'getVault').length;
      return Promise.resolve(looks >= 3 ? true : undefined);
    });
    expect(world.fake.calls.filter(({ name }) => name === 'createRebalance')).toEqual([]);
    expect(world.fake.withdrawals).toEqual([]);
    delete vault?.openRebalanceId;
    await closed(vaultId);
  });

  it('tries another settlement when one is refused, each recorded with its reason', async () => {
    const { intentId, vaultId } = await withHoldings();
    world.fake.failNext('takeSnapshot', refusal('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY'));
    await call(alice, 'cancel', intentId);
    await closed(vaultId);
    const { rows } = await world.database.pool.query(
      'select outcome, reason from runs where intent_id = $1 order by create_time, outcome desc',
      [intentId],
    );
    expect(rows).toEqual([
      { outcome: 'REFUSED', reason: 'ASSET_NOT_HEALTHY' },
      { outcome: 'REBALANCE', reason: '' },
    ]);
  });

  const STEPS: readonly RemoteCall[] = [
    'getVault',
    'lotsOf',
    'takeSnapshot',
    'valueVault',
    'createRebalance',
    'withdraw',
    'closeVault',
  ];
  it.each(STEPS.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]))(
    'ends the same when %s breaks off %s its effect',
    async (step, when) => {
      const { intentId, vaultId } = await withHoldings();
      world.fake.failNext(step, LOST, when);
      await call(alice, 'cancel', intentId);
      await closed(vaultId);
      expect(world.fake.withdrawals).toEqual([
        { vaultId, assetId: 'DUST', amount: 1n },
        { vaultId, assetId: 'USDC', amount: 1005n },
      ]);
      expect(await stateOf(intentId)).toBe(State.STATE_CANCELLED);
    },
  );

  it('empties again what a late fill brings between withdrawal and close', async () => {
    const { intentId, vaultId } = await withHoldings();
    const vault = world.fake.vaults.get(vaultId);
    world.fake.failNext('closeVault', refusal('FAILED_PRECONDITION', 'VAULT_NOT_EMPTY'));
    await call(alice, 'cancel', intentId);
    await eventually(() => {
      world.clock.advanceMillis(1_000);
      return Promise.resolve(vault?.cash === 0n ? true : undefined);
    });
    if (vault !== undefined) Object.assign(vault, { cash: 3n, version: 4 });
    await closed(vaultId);
    expect(world.fake.withdrawals.at(-1)).toEqual({ vaultId, assetId: 'USDC', amount: 3n });
  });
});

describe('an intent that completes', () => {
  it('stays ACTIVE until its vault is flat and closed, then is COMPLETED with the reason', async () => {
    const { intentId, vaultId } = await created();
    const vault = world.fake.vaults.get(vaultId);
    if (vault !== undefined) Object.assign(vault, { openRebalanceId: 'r1', cash: 9n });
    const { intent } = await call(engine, 'complete', intentId);
    expect(intent?.state).toBe(State.STATE_ACTIVE);
    expect(vault?.mode).toBe('CLOSING');
    delete vault?.openRebalanceId;
    const completed = await eventually(async () => {
      world.clock.advanceMillis(1_000);
      const { intent: now } = await alice.getIntent({ intentId });
      return now?.state === State.STATE_COMPLETED ? now : undefined;
    });
    expect(completed.stateReason).toBe('because');
    expect(vault?.mode).toBe('CLOSED');
    expect(world.fake.withdrawals).toEqual([{ vaultId, assetId: 'USDC', amount: 9n }]);
  });

  it('is CANCELLED, and stays so, when its owner cancels it meanwhile', async () => {
    const { intentId, vaultId } = await created();
    const vault = world.fake.vaults.get(vaultId);
    if (vault !== undefined) vault.openRebalanceId = 'r1';
    await call(engine, 'complete', intentId);
    await call(alice, 'cancel', intentId);
    delete vault?.openRebalanceId;
    await eventually(async () => {
      world.clock.advanceMillis(1_000);
      const { rows } = await world.database.pool.query('select * from state_changes where ended');
      return rows.length === 2 ? true : undefined;
    });
    expect(await stateOf(intentId)).toBe(State.STATE_CANCELLED);
  });
});
