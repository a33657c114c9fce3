import { randomUUID } from 'node:crypto';
import {
  AgentKind,
  AgentNeed,
  RunOutcome,
  RunStep,
  RunTrigger,
  StrategyIntent_State as State,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  NOW,
  refusal,
  refusalOf,
  startIntentWorld,
  WEIGHTS,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;
let bob: IntentClient;
let admin: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  bob = await world.clientOf('bob', 'intent:write');
  admin = await world.clientOf('root', 'admin');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query('truncate intents, idempotency_keys cascade');
  world.fake.vaults.clear();
});

async function created(): Promise<StrategyIntent> {
  const { intent } = await alice.createIntent(createRequest(randomUUID(), { allocation: WEIGHTS }));
  if (intent === undefined) throw new Error('CreateIntent answers an intent');
  return intent;
}

function rebalance(intentId: string) {
  return alice.rebalanceIntent({ requestId: randomUUID(), intentId, leaseToken: 0n, seriesId: '' });
}

const FIRST = { pageSize: 0, pageToken: '' };

describe('GetAgentPlan', () => {
  it('says which agents run an intent, and why', async () => {
    const { intentId } = await created();
    const { agents } = await alice.getAgentPlan({ intentId });
    expect(agents.map(({ kind, need }) => [kind, need])).toEqual([
      [AgentKind.AGENT_KIND_ORACLE, AgentNeed.AGENT_NEED_REQUIRED],
      [AgentKind.AGENT_KIND_POOL, AgentNeed.AGENT_NEED_REQUIRED],
      [AgentKind.AGENT_KIND_REBALANCE, AgentNeed.AGENT_NEED_REQUIRED],
      [AgentKind.AGENT_KIND_SETTLEMENT, AgentNeed.AGENT_NEED_REQUIRED],
      [AgentKind.AGENT_KIND_POSITION_MONITOR, AgentNeed.AGENT_NEED_REQUIRED],
      [AgentKind.AGENT_KIND_MARKET_MAKER, AgentNeed.AGENT_NEED_OPTIONAL],
      [AgentKind.AGENT_KIND_SWAP_TAKER, AgentNeed.AGENT_NEED_NONE],
    ]);
    expect(agents.map(({ instanceKey }) => instanceKey).slice(0, 3)).toEqual([
      'BTC/USDC',
      'USDC',
      intentId,
    ]);
    expect(agents.every(({ role, reason }) => role !== '' && reason !== '')).toBe(true);
  });

  it('is for those who may see the intent', async () => {
    const { intentId } = await created();
    expect((await refusalOf(bob.getAgentPlan({ intentId }))).reason).toBe('PERMISSION_DENIED');
    expect((await refusalOf(alice.getAgentPlan({ intentId: 'intent-1' }))).reason).toBe(
      'INTENT_NOT_FOUND',
    );
  });
});

describe('ListRuns', () => {
  it('tells who, why and what came of it, the latest first', async () => {
    const { intentId, vaultId } = await created();
    const done = await rebalance(intentId);
    world.clock.advanceMillis(1);
    world.fake.failNext('takeSnapshot', refusal('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY'));
    const refused = await rebalance(intentId);
    const { runs, nextPageToken } = await alice.listRuns({ ...FIRST, intentId });
    expect(nextPageToken).toBe('');
    expect(runs).toMatchObject([
      {
        runId: refused.runId,
        outcome: RunOutcome.RUN_OUTCOME_REFUSED,
        reason: 'ASSET_NOT_HEALTHY',
        message: 'refused with ASSET_NOT_HEALTHY',
        step: RunStep.RUN_STEP_ENDED,
        rebalanceId: '',
      },
      {
        runId: done.runId,
        intentId,
        vaultId,
        trigger: RunTrigger.RUN_TRIGGER_MANUAL,
        startedBy: 'alice',
        purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
        outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
        step: RunStep.RUN_STEP_REBALANCE_CREATED,
        reason: '',
        snapshotHash: done.snapshotHash,
        planHash: done.planHash,
        rebalanceId: done.rebalanceId,
        traceId: done.traceId,
      },
    ]);
    expect(runs.every(({ createTime, endTime }) => createTime && endTime)).toBe(true);
  });

  it('has pages, also where runs were started at the same time', async () => {
    const { intentId } = await created();
    for (let count = 0; count < 5; count += 1) await rebalance(intentId);
    const all = await alice.listRuns({ ...FIRST, intentId });
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await alice.listRuns({ pageSize: 2, pageToken, intentId });
      seen.push(...page.runs.map(({ runId }) => runId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(all.runs.map(({ runId }) => runId));
    expect(new Set(seen).size).toBe(5);
  });

  it('is for those who may see the intent', async () => {
    const { intentId } = await created();
    expect((await refusalOf(bob.listRuns({ ...FIRST, intentId }))).reason).toBe(
      'PERMISSION_DENIED',
    );
    expect((await admin.listRuns({ ...FIRST, intentId })).runs).toEqual([]);
    const wrong = alice.listRuns({ pageSize: 0, pageToken: 'x', intentId });
    expect((await refusalOf(wrong)).violations).toMatchObject([{ field: 'page_token' }]);
  });
});

describe('GetPortfolio', () => {
  it('adds up the vaults of the caller, with their intents and what runs', async () => {
    const { intentId, vaultId } = await created();
    Object.assign(world.fake.vaults.get(vaultId) ?? {}, {
      heldAssets: ['WBTC', 'WETH'],
      cash: 40_000_000n,
      openRebalanceId: 'r1',
    });
    world.fake.vaults.set('other', { owner: 'alice', mode: 'OPEN', heldAssets: [], cash: 5n });
    world.fake.vaults.set('bobs', { owner: 'bob', mode: 'OPEN', heldAssets: [], cash: 1n });
    await world.database.pool.query(
      `update intents set runtime = '{"currentDriftBps": 17}' where intent_id = $1`,
      [intentId],
    );
    const { portfolio } = await alice.getPortfolio({ owner: '' });
    expect(portfolio).toMatchObject({
      owner: 'alice',
      denomination: 'USDC',
      totalValue: '80000005',
      openRebalanceIds: ['r1'],
      priceTime: new Date(NOW),
    });
    expect(portfolio?.vaults).toEqual([
      {
        vaultId: 'other',
        intentId: '',
        intentState: State.STATE_UNSPECIFIED,
        value: '5',
        driftBps: 0,
        openRebalanceId: '',
      },
      {
        vaultId,
        intentId,
        intentState: State.STATE_ACTIVE,
        value: '80000000',
        driftBps: 17,
        openRebalanceId: 'r1',
      },
    ]);
    expect(
      portfolio?.assets.map(({ assetId, side, value, weightBps }) => [
        assetId,
        side,
        value,
        weightBps,
      ]),
    ).toEqual([
      ['USDC', Side.SIDE_LONG, '40000005', 5000],
      ['WBTC', Side.SIDE_LONG, '20000000', 2499],
      ['WETH', Side.SIDE_LONG, '20000000', 2499],
    ]);
  });

  it('leaves a value empty where a price is missing', async () => {
    world.fake.vaults.set('v', { owner: 'alice', mode: 'OPEN', heldAssets: ['NEW'] });
    const { portfolio } = await alice.getPortfolio({ owner: '' });
    expect(portfolio?.vaults).toMatchObject([{ vaultId: 'v', value: '' }]);
    expect(portfolio?.assets).toMatchObject([{ assetId: 'NEW', quantity: '100', value: '' }]);
    expect(portfolio?.totalValue).toBe('0');
  });

  it("shows another's to an admin only", async () => {
    expect((await refusalOf(bob.getPortfolio({ owner: 'alice' }))).reason).toBe(
      'PERMISSION_DENIED',
    );
    expect((await admin.getPortfolio({ owner: 'alice' })).portfolio?.owner).toBe('alice');
  });
});
