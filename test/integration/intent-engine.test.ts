import { randomUUID } from 'node:crypto';
import {
  AgentKind,
  IntentConfig,
  ReportRuntimeRequest,
  UpdateIntentRequest,
  type ClaimDueWorkRequest,
  type DueWork,
  type IntentRuntime,
} from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

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

async function created(): Promise<string> {
  const { intent } = await alice.createIntent(createRequest(randomUUID()));
  return present(intent, 'CreateIntent answers an intent').intentId;
}

async function claim(change: Partial<ClaimDueWorkRequest> = {}): Promise<readonly DueWork[]> {
  const request = { engineId: 'engine-1', agentKinds: [], maxCount: 0, leaseSeconds: 0, ...change };
  return (await engine.claimDueWork(request)).work;
}

const MONITOR = { agentKinds: [AgentKind.AGENT_KIND_POSITION_MONITOR] };

async function claimMonitor(engineId = 'engine-1'): Promise<DueWork> {
  const [work] = await claim({ ...MONITOR, engineId });
  return present(work, 'the monitor of an active intent is due');
}

function report(work: DueWork, change: Partial<ReportRuntimeRequest> = {}) {
  const { workId, intentId, leaseToken } = work;
  const empty = ReportRuntimeRequest.fromPartial({});
  return engine.reportRuntime({
    ...empty,
    requestId: randomUUID(),
    workId,
    intentId,
    leaseToken,
    ...change,
  });
}

const RUNTIME: IntentRuntime = {
  vaultIds: [],
  currentDriftBps: 42,
  rollCount: 1,
  totalCostBps: 7,
  lastRollTime: new Date(1_522_800_000_000),
  lastRollCostBps: 7,
  lastRebalanceId: 'r1',
  activationStep: 0,
  lastError: '',
  index: undefined,
  nextScheduleTime: undefined,
};

describe('ClaimDueWork', () => {
  it('gives the agents of an active intent, the shared ones once for all intents', async () => {
    const ids = [await created(), await created()];
    const work = await claim();
    const kinds = work.map(({ agentKind, intentId }) => [agentKind, intentId]);
    for (const intentId of ids) {
      expect(kinds).toContainEqual([AgentKind.AGENT_KIND_REBALANCE, intentId]);
      expect(kinds).toContainEqual([AgentKind.AGENT_KIND_POSITION_MONITOR, intentId]);
      // a treasury in USDC needs no swaps
      expect(kinds).not.toContainEqual([AgentKind.AGENT_KIND_SWAP_TAKER, intentId]);
    }
    const shared = work.filter(({ intentId }) => intentId === '');
    expect(shared.map(({ agentKind, instanceKey }) => [agentKind, instanceKey])).toEqual([
      [AgentKind.AGENT_KIND_ORACLE, 'BTC/USDC'],
      [AgentKind.AGENT_KIND_POOL, 'USDC'],
    ]);
  });

  it('gives nothing that another engine holds, until its lease is over', async () => {
    await created();
    const first = await claimMonitor();
    expect(await claim({ ...MONITOR, engineId: 'engine-2' })).toEqual([]);
    world.clock.advanceMillis(29_999);
    expect(await claim({ ...MONITOR, engineId: 'engine-2' })).toEqual([]);
    world.clock.advanceMillis(1);
    const second = await claimMonitor('engine-2');
    expect(second.leaseToken > first.leaseToken).toBe(true);
    expect([first.attemptCount, second.attemptCount]).toEqual([0, 1]);
  });

  it('gives each work once to engines that ask at the same time, each with a token of its own', async () => {
    for (let count = 0; count < 5; count += 1) await created();
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, engineNumber) =>
        claim({ engineId: `engine-${engineNumber}`, maxCount: 4 }),
      ),
    );
    const work = all.flat();
    expect(new Set(work.map(({ workId }) => workId)).size).toBe(work.length);
    expect(new Set(work.map(({ leaseToken }) => leaseToken)).size).toBe(work.length);
  });

  it('gives at most what is asked for, the longest due first', async () => {
    const early = await created();
    world.clock.advanceMillis(1_000);
    await created();
    const work = await claim({ maxCount: 1, ...MONITOR });
    expect(work.map(({ intentId }) => intentId)).toEqual([early]);
  });

  it('gives what sleeps once the owner has changed what it goes by', async () => {
    const { intent } = await alice.createIntent(createRequest(randomUUID()));
    await report(await claimMonitor());
    expect(await claim(MONITOR)).toEqual([]);
    const { intentId, etag } = present(intent, 'CreateIntent answers an intent');
    const config = IntentConfig.fromPartial({ maturityDays: 31 });
    await alice.updateIntent(UpdateIntentRequest.fromPartial({ intentId, etag, config }));
    expect(await claim(MONITOR)).toMatchObject([{ intentId }]);
  });

  it('names every bad field', async () => {
    const bad = engine.claimDueWork({
      engineId: '',
      agentKinds: [99 as AgentKind],
      maxCount: 501,
      leaseSeconds: -1,
    });
    expect((await refusalOf(bad)).violations.map(({ field }) => field)).toEqual([
      'engine_id',
      'agent_kinds[0]',
      'max_count',
      'lease_seconds',
    ]);
  });

  it('is for the engine alone', async () => {
    const request = { engineId: 'e', agentKinds: [], maxCount: 0, leaseSeconds: 0 };
    expect((await refusalOf(alice.claimDueWork(request))).kind).toBe('PERMISSION_DENIED');
  });
});

describe('ReportRuntime', () => {
  it('writes what the engine keeps, and when the work is due again', async () => {
    const intentId = await created();
    const work = await claimMonitor();
    const nextDueTime = new Date(world.clock.now() + 5_000);
    const { intent } = await report(work, { runtime: RUNTIME, nextDueTime });
    expect(intent?.runtime).toMatchObject({
      currentDriftBps: 42,
      rollCount: 1,
      totalCostBps: 7,
      lastRollTime: RUNTIME.lastRollTime,
      lastRollCostBps: 7,
      lastRebalanceId: 'r1',
    });
    const { intent: read } = await alice.getIntent({ intentId });
    expect(read).toEqual(intent);
    expect(await claim(MONITOR)).toEqual([]);
    world.clock.advanceMillis(5_000);
    expect((await claimMonitor()).attemptCount).toBe(0);
  });

  it('leaves the etag alone: it covers what the owner wrote', async () => {
    const intentId = await created();
    const { intent: before } = await alice.getIntent({ intentId });
    const { intent: after } = await report(await claimMonitor(), { runtime: RUNTIME });
    expect(after?.etag).toBe(before?.etag);
  });

  it('writes what its mask names, and refuses what is not the engine’s to write', async () => {
    await created();
    const work = await claimMonitor();
    const masked = { runtime: RUNTIME, updateMask: ['current_drift_bps'], workId: '' };
    const { intent } = await report(work, masked);
    expect(intent?.runtime).toMatchObject({ currentDriftBps: 42, rollCount: 0 });
    const bad = report(work, { runtime: RUNTIME, updateMask: ['activation_step'], workId: '' });
    expect((await refusalOf(bad)).violations).toMatchObject([
      { field: 'update_mask', reason: 'FIELD_IMMUTABLE' },
    ]);
  });

  it('counts the attempts of a tick that fails, and shows its error', async () => {
    const intentId = await created();
    const failed = { ...RUNTIME, lastError: 'the oracle is down' };
    const nextDueTime = new Date(world.clock.now());
    await report(await claimMonitor(), { runtime: failed, nextDueTime });
    const again = await claimMonitor();
    expect(again.attemptCount).toBe(1);
    const { intent } = await alice.getIntent({ intentId });
    expect(intent?.runtime?.lastError).toBe('the oracle is down');
    await report(again, { runtime: RUNTIME, nextDueTime });
    expect((await claimMonitor()).attemptCount).toBe(0);
  });

  it('counts the failures of a shared agent too, which has no intent to show an error at', async () => {
    await created();
    const oracle = { agentKinds: [AgentKind.AGENT_KIND_ORACLE] };
    const nextDueTime = new Date(world.clock.now());
    const [first] = await claim(oracle);
    await report(present(first, 'the oracle agent is due'), { nextDueTime, failed: true });
    const [second] = await claim(oracle);
    expect(second?.attemptCount).toBe(1);
    await report(present(second, 'the oracle agent is due again'), { nextDueTime });
    expect((await claim(oracle))[0]?.attemptCount).toBe(0);
  });

  it('refuses every write of an engine whose lease another took, and changes nothing', async () => {
    const intentId = await created();
    for (let round = 0; round < 20; round += 1) {
      const stale = await claimMonitor('engine-1');
      world.clock.advanceMillis(30_000);
      const current = await claimMonitor('engine-2');
      const late = { ...RUNTIME, currentDriftBps: 1_000 + round };
      const error = await refusalOf(report(stale, { runtime: late }));
      expect([error.kind, error.reason]).toEqual(['ABORTED', 'LEASE_LOST']);
      const reason = 'stale';
      const { leaseToken } = stale;
      const fail = engine.failIntent({ requestId: randomUUID(), intentId, leaseToken, reason });
      expect((await refusalOf(fail)).reason).toBe('LEASE_LOST');
      await report(current, { nextDueTime: new Date(world.clock.now()) });
    }
    const { intent } = await alice.getIntent({ intentId });
    expect(intent?.runtime?.currentDriftBps).toBe(0);
  });

  it('answers a repeat with its first answer', async () => {
    await created();
    const work = await claimMonitor();
    const requestId = randomUUID();
    const first = await report(work, { requestId, runtime: RUNTIME });
    expect(await report(work, { requestId, runtime: RUNTIME })).toEqual(first);
  });

  it('ends the work of a shared agent without an intent', async () => {
    await created();
    const [oracle] = await claim({ agentKinds: [AgentKind.AGENT_KIND_ORACLE] });
    const work = present(oracle, 'the oracle agent is due');
    const nextDueTime = new Date(world.clock.now() + 1);
    expect(await report(work, { nextDueTime })).toEqual({ intent: undefined });
    const bad = report(work, { runtime: RUNTIME });
    expect((await refusalOf(bad)).violations).toMatchObject([{ field: 'runtime' }]);
  });

  it('knows no intent that does not exist, and none that has ended', async () => {
    const intentId = await created();
    const work = await claimMonitor();
    const unknown = report(work, { intentId: 'intent-1-00000000' });
    expect((await refusalOf(unknown)).reason).toBe('INTENT_NOT_FOUND');
    await alice.cancelIntent({ requestId: randomUUID(), intentId, etag: '', reason: '' });
    // Its work is gone with it.
    expect((await refusalOf(report(work, { runtime: RUNTIME }))).reason).toBe('LEASE_LOST');
  });
});
