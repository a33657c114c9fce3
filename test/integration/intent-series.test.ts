import { randomUUID } from 'node:crypto';
import {
  IntentRuntime,
  ReportRuntimeRequest,
  RunTrigger,
  StrategyIntent_State as State,
  type IndexRuntime,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  leaseOn,
  refusal,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

const HELD = 'BTC-30000-20180504';
const NEXT = 'BTC-31000-20180505';
const MATURED = 'BTC-20000-20180403';
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
  world.fake.calls.length = 0;
  world.fake.withdrawals.length = 0;
  world.fake.settleTime = new Date(0);
});

async function created(changes: Partial<StrategyIntent> = {}): Promise<StrategyIntent> {
  const { intent } = await alice.createIntent(createRequest(randomUUID(), changes));
  return present(intent, 'CreateIntent answers an intent');
}
async function tell(intentId: string, index: Partial<IndexRuntime>): Promise<void> {
  const runtime = IntentRuntime.fromPartial({ index: { issuedUnits: '0', ...index } });
  await engine.reportRuntime({
    ...ReportRuntimeRequest.fromPartial({}),
    requestId: randomUUID(),
    intentId,
    leaseToken: await leaseOn(world, intentId),
    runtime,
    updateMask: ['index'],
  });
}
const holding = (seriesId: string) => ({ seriesId, openTime: TIME, indexDecimal: '1' });
const choosing = (nextSeriesId: string) => ({
  nextSeriesId,
  nextTrigger: RunTrigger.RUN_TRIGGER_PRICE,
  nextTime: TIME,
});
async function listed(ticker = 'BTC/USDC', pageSize = 0): Promise<readonly string[]> {
  const found: string[] = [];
  let pageToken = '';
  do {
    const page = await engine.listSeries({ ticker, pageSize, pageToken });
    found.push(...page.seriesIds);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}
const becomes = (expected: readonly string[]) =>
  eventually(async () => ((await listed()).join() === expected.join() ? true : undefined), {
    what: `the list ${expected.join()}`,
  });
const vaultOf = ({ vaultId }: StrategyIntent) =>
  present(world.fake.vaults.get(vaultId), 'the vault of an intent is there');

describe('ListSeries', () => {
  it('lists what intents of a ticker hold and chose, each once, by id, in pages', async () => {
    const [one, other] = [await created(), await created()];
    const ether = await created({ ticker: 'ETH/USDC' });
    await tell(one.intentId, { ...holding(HELD), ...choosing(NEXT) });
    await tell(other.intentId, { ...holding(NEXT), ...choosing('BTC-9000-20180505') });
    await tell(ether.intentId, holding('ETH-1000-20180504'));
    const all = [HELD, NEXT, 'BTC-9000-20180505'];
    for (const pageSize of [0, 1, 2, 3]) expect(await listed('BTC/USDC', pageSize)).toEqual(all);
    expect(await listed('ETH/USDC')).toEqual(['ETH-1000-20180504']);
    expect(await listed('SOL/USDC')).toEqual([]);
  });

  it('forgets a choice that was given up once nothing of it is held', async () => {
    const intent = await created();
    await tell(intent.intentId, choosing(NEXT));
    expect(await listed()).toEqual([NEXT]);
    await tell(intent.intentId, choosing(HELD));
    await becomes([HELD]);
  });

  it('keeps what is left of a series in a vault, and what a rebalance may still buy', async () => {
    const intent = await created();
    const vault = vaultOf(intent);
    vault.heldAssets = [`P-${HELD}`, `N-${MATURED}`];
    await tell(intent.intentId, holding(MATURED));
    await tell(intent.intentId, holding(HELD));
    const { intentId } = intent;
    const asked = () => world.fake.calls.filter(({ name }) => name === 'getVault').length;
    const looked = async (): Promise<void> => {
      const before = asked();
      await eventually(() => (asked() > before ? true : undefined));
    };
    await looked();
    expect(await listed()).toEqual([MATURED, HELD]);
    vault.heldAssets = [`P-${HELD}`];
    vault.openRebalanceId = 'r1';
    world.clock.advanceMillis(30_000);
    await looked();
    expect(await listed()).toEqual([MATURED, HELD]);
    // A vault that cannot be asked is asked again.
    world.fake.failNext('getVault', refusal('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE'));
    delete vault.openRebalanceId;
    world.clock.advanceMillis(30_000);
    await looked();
    expect(await listed()).toEqual([MATURED, HELD]);
    world.clock.advanceMillis(30_000);
    await becomes([HELD]);
    expect((await alice.getIntent({ intentId })).intent?.runtime?.index?.seriesId).toBe(HELD);
  });

  it('keeps the series of an intent in ERROR until its owner took everything out', async () => {
    const intent = await created();
    const { intentId } = intent;
    const vault = vaultOf(intent);
    vault.heldAssets = [`P-${HELD}`];
    await tell(intentId, holding(HELD));
    const leaseToken = await leaseOn(world, intentId);
    await engine.failIntent({ requestId: randomUUID(), intentId, leaseToken, reason: 'stuck' });
    await eventually(async () => {
      const { intent: now } = await alice.getIntent({ intentId });
      return now?.state === State.STATE_ERROR ? true : undefined;
    });
    expect(await listed()).toEqual([HELD]);
    vault.heldAssets = [];
    world.clock.advanceMillis(30_000);
    await becomes([]);
  });

  it('is for the engine alone, with a ticker', async () => {
    const request = { ticker: 'BTC/USDC', pageSize: 0, pageToken: '' };
    expect((await refusalOf(alice.listSeries(request))).kind).toBe('PERMISSION_DENIED');
    for (const ticker of ['', 'BTC', 'btc/usdc']) {
      const bad = await refusalOf(engine.listSeries({ ...request, ticker }));
      expect(bad.violations.map(({ field }) => field)).toEqual(['ticker']);
    }
    const other = engine.listSeries({ ...request, pageToken: 'x' });
    expect((await refusalOf(other)).reason).toBe('PAGE_TOKEN_INVALID');
  });
});

describe('the end of an intent that holds series', () => {
  const settled = () => world.fake.calls.filter(({ name }) => name === 'settleSeries');
  /** Time goes on, as for a worker that waits between two looks. */
  const closes = (vault: { readonly mode: string }) =>
    eventually(() => {
      world.clock.advanceMillis(250);
      return vault.mode === 'CLOSED' ? true : undefined;
    });
  const end = (intentId: string) =>
    alice.cancelIntent({ requestId: randomUUID(), intentId, etag: '', reason: '' });

  it('settles matured halves first, sells the rest, pays out, and its series are forgotten', async () => {
    const intent = await created();
    const vault = vaultOf(intent);
    vault.heldAssets = [`P-${MATURED}`, `N-${MATURED}`, `P-${HELD}`];
    await tell(intent.intentId, holding(HELD));
    await end(intent.intentId);
    await closes(vault);
    expect(settled()).toMatchObject([
      { request: { seriesId: MATURED }, caller: expect.stringContaining('engine') as string },
    ]);
    const names = world.fake.calls.map(({ name }) => name);
    expect(names.indexOf('settleSeries')).toBeLessThan(names.indexOf('createRebalance'));
    // 10 000.5 of collateral, 500 units for the settlement, 1 000 for the sale.
    expect(world.fake.withdrawals.map(({ amount }) => amount)).toEqual([10_000_501_500n]);
    await becomes([]);
  });

  it('waits for the time of the settlement, without asking in between', async () => {
    const intent = await created();
    const vault = vaultOf(intent);
    vault.heldAssets = [`P-${MATURED}`];
    world.fake.settleTime = new Date(world.clock.now() + 3_600_000);
    await end(intent.intentId);
    await eventually(() => (settled().length > 0 ? true : undefined));
    world.clock.advanceMillis(3_599_999);
    // Other work of the worker goes on meanwhile: a whole round of it passes.
    const other = await created();
    await end(other.intentId);
    await eventually(() => (vaultOf(other).mode === 'CLOSED' ? true : undefined));
    expect(settled()).toHaveLength(1);
    expect(vault.mode).toBe('CLOSING');
    world.clock.advanceMillis(1);
    await closes(vault);
    expect(settled()).toHaveLength(2);
    expect(world.fake.calls.map(({ name }) => name)).not.toContain('createRebalance');
  });

  it('settles again what broke off, once', async () => {
    const intent = await created();
    const vault = vaultOf(intent);
    vault.heldAssets = [`P-${MATURED}`];
    world.fake.failNext('settleSeries', refusal('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE'), 'after');
    await end(intent.intentId);
    await closes(vault);
    expect(world.fake.withdrawals.map(({ amount }) => amount)).toEqual([10_000_500_500n]);
  });
});
