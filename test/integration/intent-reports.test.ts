import { randomUUID } from 'node:crypto';
import {
  AgentKind,
  IntentRuntime,
  Notification_Kind as Kind,
  ReportRuntimeRequest,
  RunTrigger,
  type DueWork,
  type IndexRuntime,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  refusalOf,
  startIntentWorld,
  WEIGHTS,
  wireIntent,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

const { AGENT_KIND_ORACLE: ORACLE, AGENT_KIND_POOL: POOL } = AgentKind;
const { AGENT_KIND_POSITION_MONITOR: MONITOR } = AgentKind;
const TIME = new Date(1_522_800_000_000);

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

async function created(changes: Partial<StrategyIntent> = {}): Promise<string> {
  const { intent } = await alice.createIntent(createRequest(randomUUID(), changes));
  return present(intent, 'CreateIntent answers an intent').intentId;
}
async function claimOne(kind: AgentKind): Promise<DueWork> {
  const request = { engineId: 'engine-1', maxCount: 1, leaseSeconds: 0, agentKinds: [kind] };
  return present((await engine.claimDueWork(request)).work[0], `work of agent ${kind} is due`);
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

/** Every field set, no two of a kind the same. */
const INDEX: IndexRuntime = {
  seriesId: 'BTC-30000-20180504',
  openTime: TIME,
  nextSeriesId: 'BTC-31000-20180505',
  nextTrigger: RunTrigger.RUN_TRIGGER_MATURITY,
  nextTime: new Date(1_522_800_001_000),
  issuedUnits: '10000500000',
  firstUnitTime: new Date(1_522_800_002_000),
  ledgerSequence: 17n,
  vaultVersion: 5n,
  indexDecimal: '1.25',
  linkValueDecimal: '0.000001',
  notifiedTrigger: RunTrigger.RUN_TRIGGER_PRICE,
  deferralCount: 3,
  retryTime: new Date(1_522_800_003_000),
};
const withIndex = (change: Partial<IndexRuntime> = {}): IntentRuntime =>
  IntentRuntime.fromPartial({ index: { ...INDEX, ...change } });

describe('a report of the option index', () => {
  it('is read back with every field as it was written, by its owner too', async () => {
    const intentId = await created();
    const nextScheduleTime = new Date(1_522_800_004_000);
    const runtime = { ...withIndex(), nextScheduleTime };
    const { intent } = await report(await claimOne(MONITOR), { runtime });
    expect(intent?.runtime?.index).toEqual(INDEX);
    expect(intent?.runtime?.nextScheduleTime).toEqual(nextScheduleTime);
    expect((await alice.getIntent({ intentId })).intent?.runtime).toEqual(intent?.runtime);
    const { rows } = await world.database.pool.query<{ count: string }>(
      'select count(*) from intent_changes',
    );
    // The very same report again changes nothing, and nobody is told.
    await report(await again(), { runtime });
    const after = await world.database.pool.query('select count(*) from intent_changes');
    expect(after.rows).toEqual(rows);

    async function again(): Promise<DueWork> {
      await world.database.pool.query(`update due_work set due_time = now() - interval '20 years'`);
      return claimOne(MONITOR);
    }
  });

  it('names what it writes field by field, and leaves the rest to who else writes it', async () => {
    await created();
    const work = await claimOne(MONITOR);
    await report(work, { runtime: withIndex(), workId: '' });
    const runtime = withIndex({ issuedUnits: '7', deferralCount: 9, ledgerSequence: 18n });
    const updateMask = ['index.issued_units', 'index.ledger_sequence'];
    const { intent } = await report(work, { runtime, updateMask, workId: '' });
    const expected = { ...INDEX, issuedUnits: '7', ledgerSequence: 18n };
    expect(intent?.runtime?.index).toEqual(expected);
    const none = { runtime: IntentRuntime.fromPartial({}), updateMask: ['index'], workId: '' };
    expect((await report(work, none)).intent?.runtime?.index).toBeUndefined();
  });

  const REFUSED: readonly (readonly [string, Partial<IndexRuntime>, string])[] = [
    ['series_id', { seriesId: 'BTC' }, 'such as'],
    ['series_id', { seriesId: 'P-BTC-30000-20180504' }, 'such as'],
    ['series_id', { seriesId: 'ETH-30000-20180504' }, 'BTC'],
    ['next_series_id', { nextSeriesId: 'ETH-30000-20180504' }, 'BTC'],
    ['open_time', { openTime: undefined }, ''],
    ['open_time', { seriesId: '' }, 'absent without series_id'],
    ['index_decimal', { indexDecimal: '' }, 'series_id'],
    ['index_decimal', { indexDecimal: '1.50' }, '1.50'],
    ['index_decimal', { indexDecimal: '0' }, '0'],
    ['link_value_decimal', { linkValueDecimal: '-1' }, '-1'],
    ['next_trigger', { nextTrigger: RunTrigger.RUN_TRIGGER_DRIFT }, String(3)],
    ['next_trigger', { nextTrigger: 0 }, ''],
    ['next_time', { nextTime: undefined }, ''],
    ['issued_units', { issuedUnits: '' }, ''],
    ['issued_units', { issuedUnits: '-1' }, '-1'],
    ['ledger_sequence', { ledgerSequence: -1n }, '-1'],
    ['vault_version', { vaultVersion: -1n }, '-1'],
    ['notified_trigger', { notifiedTrigger: RunTrigger.RUN_TRIGGER_OPENING }, String(7)],
    ['deferral_count', { deferralCount: -1 }, '-1'],
  ];
  it.each(REFUSED)('is refused at %s (%#), with what was found or is allowed', async (...row) => {
    const [field, change, words] = row;
    await created();
    const call = report(await claimOne(MONITOR), { runtime: withIndex(change) });
    const { violations } = await refusalOf(call);
    expect(violations.map((violation) => violation.field)).toEqual([`runtime.index.${field}`]);
    expect(violations[0]?.message).toContain(words);
  });

  it('is refused as a whole when a mask would tear apart what belongs together', async () => {
    await created();
    const call = report(await claimOne(MONITOR), {
      runtime: withIndex(),
      updateMask: ['index.series_id'],
    });
    expect((await refusalOf(call)).violations.map(({ field }) => field)).toEqual([
      'runtime.index.open_time',
      'runtime.index.index_decimal',
    ]);
  });

  it('is none of an intent with weights', async () => {
    await created({ allocation: WEIGHTS });
    const call = report(await claimOne(MONITOR), { runtime: withIndex() });
    expect((await refusalOf(call)).violations).toMatchObject([{ field: 'runtime.index' }]);
  });
});

describe('a report', () => {
  const ROLLED = { kind: Kind.KIND_ROLL, message: 'm' };
  const BAD: readonly (readonly [string, Partial<ReportRuntimeRequest>])[] = [
    ['wake_below_decimal', { wakeBelowDecimal: '1.0' }],
    ['wake_below_decimal', { wakeBelowDecimal: '0' }],
    ['wake_above_decimal', { wakeAboveDecimal: '-5' }],
    ['wake_below_decimal', { wakeBelowDecimal: '2.5', wakeAboveDecimal: '2' }],
    ['wake_below_decimal', { wakeBelowDecimal: '2.5', workId: '' }],
    ['wake_above_decimal', { wakeAboveDecimal: '2.5', workId: '' }],
    ['wake_agents[0]', { wakeAgents: [99 as AgentKind] }],
    ['wake_agents[1]', { wakeAgents: [ORACLE, ORACLE] }],
    ['notices[0].kind', { notices: [{ kind: Kind.KIND_STATE_CHANGE, message: 'm' }] }],
    ['notices[0].kind', { notices: [{ kind: 0, message: 'm' }] }],
    ['notices[0].message', { notices: [{ kind: Kind.KIND_ROLL, message: '' }] }],
    ['notices[0].message', { notices: [{ kind: Kind.KIND_ROLL, message: 'x'.repeat(501) }] }],
    ['notices', { notices: Array.from({ length: 11 }, () => ROLLED) }],
    ['spot_price_decimal', { spotPriceDecimal: '0' }],
    ['spot_price_decimal', { spotPriceDecimal: '60000' }],
    ['served_intent_ids', { servedIntentIds: ['intent-1-00000000'] }],
    ['served_intent_ids[1]', { servedIntentIds: ['i', 'i'] }],
    ['served_intent_ids', { servedIntentIds: Array.from({ length: 101 }, (_, n) => `i${n}`) }],
  ];
  it.each(BAD)('of a monitor is refused at %s for %j', async (field, change) => {
    await created();
    const { violations } = await refusalOf(report(await claimOne(MONITOR), change));
    expect(violations.map((violation) => violation.field)).toEqual([field]);
  });

  it('of a shared agent alone says nothing of one intent', async () => {
    await created();
    const notices = [{ kind: Kind.KIND_ROLL, message: 'm' }];
    const change = { wakeAgents: [MONITOR], notices, wakeBelowDecimal: '1', wakeAboveDecimal: '2' };
    const call = report(await claimOne(POOL), { ...change, runtime: withIndex() });
    expect((await refusalOf(call)).violations.map(({ field }) => field)).toEqual([
      'runtime',
      'wake_below_decimal',
      'wake_above_decimal',
      'wake_agents',
      'notices',
    ]);
  });

  it('of a shared agent for an intent has no band: it sleeps for all of them', async () => {
    const intentId = await created();
    const call = report(await claimOne(POOL), { intentId, wakeAboveDecimal: '1' });
    expect((await refusalOf(call)).violations).toMatchObject([{ field: 'wake_above_decimal' }]);
  });

  it('at a price of exactly its band is fine', async () => {
    await created();
    await report(await claimOne(MONITOR), { wakeBelowDecimal: '2', wakeAboveDecimal: '2' });
  });
});

describe('what the engine has an owner told', () => {
  const NOTICES = [
    { kind: Kind.KIND_ROLL, message: 'rolled from BTC-30000-20180504' },
    { kind: Kind.KIND_THRESHOLD_BREACH, message: 'drift is 3 %' },
    { kind: Kind.KIND_STOP_LOSS, message: 'stopped at 5 %' },
  ];
  const told = async (): Promise<readonly string[]> => {
    const request = { pageSize: 0, pageToken: '', intentId: '', channels: [] };
    const { notifications } = await alice.listNotifications(request);
    return notifications.map(({ message }) => message).sort();
  };

  it.each([
    ['everything', true, true, true],
    ['rolls', true, false, false],
    ['breaches', false, true, false],
    ['stops', false, false, true],
    ['nothing', false, false, false],
  ])('is %s, as the intent wants it', async (_what, onRoll, onThresholdBreach, onStopLoss) => {
    const settings = present(wireIntent().notifications, 'the template has notifications');
    const notifications = { ...settings, onRoll, onThresholdBreach, onStopLoss };
    await created({ notifications });
    const before = await told();
    await report(await claimOne(MONITOR), { notices: NOTICES });
    const wanted = [onRoll, onThresholdBreach, onStopLoss];
    const expected = NOTICES.filter((_, place) => wanted[place]).map(({ message }) => message);
    expect(await told()).toEqual([...before, ...expected].sort());
  });

  it('is told once for each request, and not at all when the report is refused', async () => {
    await created();
    const work = await claimOne(MONITOR);
    const requestId = randomUUID();
    const notices = NOTICES.slice(0, 1);
    await report(work, { requestId, notices });
    await report(work, { requestId, notices });
    await refusalOf(report(work, { notices: NOTICES, leaseToken: work.leaseToken - 1n }));
    expect(await told()).toEqual([NOTICES[0]?.message]);
  });
});
