import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Side } from '@trimtab/contracts/portfolio';
import {
  CandidateFilter,
  PlanMode,
  TransactionStep_Operation,
  type BuildPlanRequest,
  type Plan,
} from '@trimtab/contracts/solver';
import { eventually } from '@trimtab/testkit';
import {
  explicitRequest,
  long,
  NOW,
  policy,
  priceSnapshot,
  roundsRequest,
  SNAPSHOT,
  startSolverWorld,
  strategy,
  strategySnapshot,
  refusalOf,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;

beforeAll(async () => {
  world = await startSolverWorld();
  const { client } = world;
  for (const strategyId of ['aave-usdc', 'kamino', 'unpriced']) {
    await client.upsertStrategy({ requestId: '', strategy: strategy(strategyId) });
  }
  await client.submitStrategySnapshots({
    requestId: '',
    snapshots: [
      strategySnapshot('aave-usdc'),
      strategySnapshot('kamino', { grossApyBps: 325, riskScoreBps: 0 }),
      strategySnapshot('unpriced', { grossApyBps: 2000 }),
    ],
  });
  await client.upsertPolicy({ requestId: '', policy: policy() });
});
afterAll(() => world.close());

const built = async (request: BuildPlanRequest): Promise<Plan> => {
  const { plan } = await world.client.buildPlan(request);
  if (plan === undefined) throw new Error('no plan in the answer');
  return plan;
};

describe('BuildPlan of mode EXPLICIT', () => {
  it('stores a plan under its hash, and GetPlan returns the same', async () => {
    const plan = await built(explicitRequest());
    expect(plan).toMatchObject({
      mode: PlanMode.PLAN_MODE_EXPLICIT,
      vaultId: 'vault-1',
      vaultVersion: 3n,
      nav: '1000000',
      policyId: '',
      policyVersion: 0n,
      snapshotHash: SNAPSHOT,
      reserveBps: 0,
      idleBps: 0,
      // |6000 − 1000| + |4000 − 0|
      totalDeltaBps: 9000,
      noOp: false,
      createTime: new Date(NOW),
    });
    expect(plan.targets.map(({ assetId, weightBps }) => [assetId, weightBps])).toEqual([
      ['WBTC', 6000],
      ['WETH', 4000],
    ]);
    expect(plan.planHash).toMatch(/^[0-9a-f]{64}$/);
    const { plan: read } = await world.client.getPlan({ planHash: plan.planHash });
    expect(read).toEqual(plan);
  });

  it('gives equal inputs the same plan, whatever the order of targets', async () => {
    const plan = await built(explicitRequest());
    const before = await world.rowCount('plans');
    const other = explicitRequest({ targets: [long('WBTC', 6000), long('WETH', 4000)] });
    expect(await built(other)).toEqual(plan);
    expect(await world.rowCount('plans')).toBe(before);
  });

  it('takes an absent investible as true and keeps a false one', async () => {
    const absent = { ...long('WBTC', 1), investible: undefined };
    const [yes] = (await built(explicitRequest({ targets: [absent] }))).targets;
    expect(yes?.investible).toBe(true);
    const refusing = { ...long('WBTC', 1), investible: false };
    const [no] = (await built(explicitRequest({ targets: [refusing] }))).targets;
    expect(no?.investible).toBe(false);
  });

  it('with validate_only stores nothing and gives the same hash', async () => {
    const request = explicitRequest({ generateTime: new Date(NOW + 1) });
    const before = [await world.rowCount('plans'), await world.rowCount('outbox')];
    const dry = await built({ ...request, validateOnly: true });
    expect([await world.rowCount('plans'), await world.rowCount('outbox')]).toEqual(before);
    expect(dry.createTime).toBeUndefined();
    const { planHash } = await built(request);
    expect(planHash).toBe(dry.planHash);
  });

  it('announces a stored plan once on the events stream', async () => {
    const received: string[] = [];
    const subscription = await world.bus.subscribe(
      {
        name: 'plans',
        stream: 'TRIMTAB_EVENTS',
        filterSubject: 'trimtab.events.v1.plan.*',
        concurrency: 1,
        ackWaitMillis: 1000,
        maxDeliver: 1,
        backoffMillis: [1],
        keyOf: (subject) => subject,
      },
      async ({ subject }) => {
        received.push(subject);
        return { kind: 'ack' };
      },
    );
    const request = explicitRequest({ generateTime: new Date(NOW + 2) });
    const { planHash } = await built(request);
    await built(request);
    const subject = `trimtab.events.v1.plan.${planHash}`;
    await eventually(() => (received.includes(subject) ? true : undefined));
    expect(received.filter((item) => item === subject)).toEqual([subject]);
    await subscription.stop();
  });
});

describe('BuildPlan of mode ROUNDS', () => {
  it('scores, allocates under the policy and builds the steps', async () => {
    const plan = await built(roundsRequest());
    // Scores: aave 625 − 35 − 25 = 565, kamino 325 − 25 = 300; 9000 shared 565 : 300.
    expect(plan.targets.map(({ strategyId, weightBps }) => [strategyId, weightBps])).toEqual([
      ['aave-usdc', 5879],
      ['kamino', 3121],
    ]);
    expect(plan.rounds).toMatchObject([{ round: 1, startBps: 9000, totalScoreBps: 865 }]);
    expect(plan.steps.map(({ operation, amount }) => [operation, amount])).toEqual([
      [TransactionStep_Operation.OPERATION_DEPOSIT, '587900'],
      [TransactionStep_Operation.OPERATION_DEPOSIT, '312100'],
    ]);
    expect(plan).toMatchObject({ reserveBps: 1000, idleBps: 0, policyVersion: 1n });
    // (5879 · 625 + 3121 · 325) / 9000 = 520.97, (5879 · 100) / 9000 = 65.3
    expect([plan.expectedBlendedApyBps, plan.riskBudgetUsageBps]).toEqual([521, 65]);
    const { plan: read } = await world.client.getPlan({ planHash: plan.planHash });
    expect(read).toEqual(plan);
  });

  it('names the failed filter of every excluded strategy', async () => {
    const filters = (await built(roundsRequest({ allowedStrategies: ['kamino', 'unpriced'] })))
      .scores;
    expect(filters.map(({ strategyId, failedFilter }) => [strategyId, failedFilter])).toEqual([
      ['aave-usdc', CandidateFilter.CANDIDATE_FILTER_NOT_ALLOWED],
      ['kamino', CandidateFilter.CANDIDATE_FILTER_UNSPECIFIED],
      // Healthy by its own snapshot, but missing in the price snapshot.
      ['unpriced', CandidateFilter.CANDIDATE_FILTER_ORACLE_UNHEALTHY],
    ]);
  });

  it('holds a missing price against allowed strategies only', async () => {
    const operational = async (allowedStrategies: string[]) =>
      (await built(roundsRequest({ allowedStrategies }))).scores.find(
        ({ strategyId }) => strategyId === 'unpriced',
      )?.operationalBps;
    const [asked, unasked] = [await operational(['unpriced']), await operational(['kamino'])];
    expect((asked ?? 0) - (unasked ?? 0)).toBe(400);
  });

  it('lets manager and request both decide, and cuts steps at the maximum notional', async () => {
    await world.client.upsertManager({
      requestId: '',
      manager: {
        managerId: 'careful',
        allowedStrategies: ['aave-usdc'],
        maxNotional: '500000',
        version: 0n,
        createTime: undefined,
        updateTime: undefined,
      },
    });
    const request = roundsRequest({ managerId: 'careful' });
    const plan = await built(request);
    expect(plan.targets.map(({ strategyId }) => strategyId)).toEqual(['aave-usdc']);
    expect(
      plan.steps.map(({ amount, chunkIndex, chunkCount }) => [amount, chunkIndex, chunkCount]),
    ).toEqual([
      ['500000', 0, 2],
      ['400000', 1, 2],
    ]);
    expect(plan.inputs?.manager?.allowedStrategies).toEqual(['aave-usdc']);
  });

  it('says when nothing was allocated', async () => {
    const plan = await built(roundsRequest({ allowedStrategies: ['unpriced'] }));
    expect(plan).toMatchObject({ noAllocation: true, expectedBlendedApyBps: 0, idleBps: 9000 });
  });
});

describe('BuildPlan refuses', () => {
  const vault = explicitRequest().vault ?? { vaultId: '', vaultVersion: 0n, nav: '', weights: [] };
  const held = (assetId: string) => ({ assetId, side: Side.SIDE_LONG, weightBps: 1 });
  const short = { ...long('WBTC', 1), side: Side.SIDE_SHORT };
  const cases: readonly (readonly [string, Partial<BuildPlanRequest>, string, string])[] = [
    ['no mode', { mode: PlanMode.PLAN_MODE_UNSPECIFIED }, 'mode', 'FIELD_REQUIRED'],
    ['no vault', { vault: undefined }, 'vault', 'FIELD_REQUIRED'],
    ['no vault id', { vault: { ...vault, vaultId: '' } }, 'vault.vault_id', 'FIELD_REQUIRED'],
    [
      'version 0',
      { vault: { ...vault, vaultVersion: 0n } },
      'vault.vault_version',
      'FIELD_INVALID',
    ],
    ['a NAV with a plus', { vault: { ...vault, nav: '+1' } }, 'vault.nav', 'DECIMAL_NOT_CANONICAL'],
    [
      'a negative live weight',
      { vault: { ...vault, weights: [{ ...held('WBTC'), weightBps: -1 }] } },
      'vault.weights[0].weight_bps',
      'FIELD_INVALID',
    ],
    [
      'a position held twice',
      { vault: { ...vault, weights: [held('WBTC'), held('WBTC')] } },
      'vault.weights[1]',
      'DUPLICATE_ID',
    ],
    ['a bad hash', { snapshotHash: 'A'.repeat(64) }, 'snapshot_hash', 'FIELD_INVALID'],
    ['no time', { generateTime: undefined }, 'generate_time', 'FIELD_REQUIRED'],
    ['a bad asset', { targets: [long('btc', 1)] }, 'targets[0].asset_id', 'FIELD_INVALID'],
    [
      'no side',
      { targets: [{ ...long('WBTC', 1), side: Side.SIDE_UNSPECIFIED }] },
      'targets[0].side',
      'FIELD_REQUIRED',
    ],
    ['10 001', { targets: [long('WBTC', 10_001)] }, 'targets[0].weight_bps', 'WEIGHT_OUT_OF_RANGE'],
    [
      'a sum of 10 001',
      { targets: [long('WBTC', 5000), long('WETH', 5001)] },
      'targets',
      'WEIGHT_SUM_TOO_LARGE',
    ],
    [
      'more than the reserve leaves',
      { targets: [long('WBTC', 9001)], policyId: 'balanced' },
      'targets',
      'RESERVE_NOT_KEPT',
    ],
    [
      'κ 1 for a short',
      { targets: [{ ...short, kappaDecimal: '1' }] },
      'targets[0].kappa_decimal',
      'KAPPA_OUT_OF_RANGE',
    ],
    [
      'κ 1.50',
      { targets: [{ ...short, kappaDecimal: '1.50' }] },
      'targets[0].kappa_decimal',
      'DECIMAL_NOT_CANONICAL',
    ],
    ['a position twice', { targets: [short, short] }, 'targets[1].asset_id', 'DUPLICATE_ID'],
    ['a manager in EXPLICIT', { managerId: 'careful' }, 'manager_id', 'FIELD_INVALID'],
    ['a request id that is no UUID', { requestId: 'x' }, 'request_id', 'FIELD_INVALID'],
    ['targets in ROUNDS', roundsRequest({ targets: [short] }), 'targets', 'FIELD_INVALID'],
    ['ROUNDS without a policy', roundsRequest({ policyId: '' }), 'policy_id', 'FIELD_REQUIRED'],
    [
      'ROUNDS without candidates',
      roundsRequest({ allowedStrategies: [] }),
      'manager_id',
      'FIELD_REQUIRED',
    ],
  ];

  it.each(cases)('%s, and stores nothing', async (_what, changes, field, reason) => {
    const before = await world.rowCount('plans');
    const error = await refusalOf(world.client.buildPlan(explicitRequest(changes)));
    expect(error.kind).toBe('INVALID_ARGUMENT');
    expect(error.violations.map((violation) => `${violation.field} ${violation.reason}`)).toContain(
      `${field} ${reason}`,
    );
    expect(await world.rowCount('plans')).toBe(before);
  });

  it.each([0, 99])('mode %i with the mode alone, whatever else is missing', async (number) => {
    const mode = number as PlanMode;
    const request = explicitRequest({ mode, targets: [], managerId: 'careful' });
    const { violations } = await refusalOf(world.client.buildPlan(request));
    const reason = number === 0 ? 'FIELD_REQUIRED' : 'FIELD_INVALID';
    expect(violations).toMatchObject([{ field: 'mode', reason }]);
  });

  it('a live weight stated twice by its words', async () => {
    const weights = [held('WBTC'), held('WBTC')];
    const request = explicitRequest({ vault: { ...vault, weights } });
    const { violations } = await refusalOf(world.client.buildPlan(request));
    expect(violations).toEqual([
      {
        field: 'vault.weights[1]',
        reason: 'DUPLICATE_ID',
        message: 'is "WBTC LONG" again, as at [0]',
      },
    ]);
  });

  const states: readonly (readonly [string, string, string, Partial<BuildPlanRequest>])[] = [
    ['a NAV of 0', 'FAILED_PRECONDITION', 'NAV_NOT_POSITIVE', { vault: { ...vault, nav: '0' } }],
    [
      'a negative NAV',
      'FAILED_PRECONDITION',
      'NAV_NOT_POSITIVE',
      { vault: { ...vault, nav: '-1' } },
    ],
    [
      'a target without a price',
      'FAILED_PRECONDITION',
      'PRICE_MISSING',
      { targets: [long('LTC', 1)] },
    ],
    [
      'a target in the denomination',
      'FAILED_PRECONDITION',
      'PRICE_MISSING',
      { targets: [long('USDC', 1)] },
    ],
    ['an unknown snapshot', 'NOT_FOUND', 'SNAPSHOT_NOT_FOUND', { snapshotHash: 'b'.repeat(64) }],
    ['an unknown policy', 'NOT_FOUND', 'POLICY_NOT_FOUND', { policyId: 'nobody' }],
    [
      'an unknown manager',
      'NOT_FOUND',
      'MANAGER_NOT_FOUND',
      roundsRequest({ managerId: 'nobody' }),
    ],
    [
      'an unknown strategy',
      'NOT_FOUND',
      'STRATEGY_NOT_FOUND',
      roundsRequest({ allowedStrategies: ['nobody'] }),
    ],
    [
      'a certificate of explicit targets',
      'INVALID_ARGUMENT',
      'FIELD_INVALID',
      { includeCertificate: true },
    ],
  ];

  it.each(states)('%s: %s %s', async (_what, kind, reason, changes) => {
    const before = await world.rowCount('plans');
    const error = await refusalOf(world.client.buildPlan(explicitRequest(changes)));
    expect([error.kind, error.reason]).toEqual([kind, reason]);
    expect(await world.rowCount('plans')).toBe(before);
  });

  it('callers without the scope plan:write', async () => {
    const reader = await world.clientOf('reader');
    const error = await refusalOf(reader.buildPlan(explicitRequest()));
    expect(error.kind).toBe('PERMISSION_DENIED');
    expect((await reader.listPlans({ pageSize: 1, pageToken: '', vaultId: '' })).plans.length).toBe(
      1,
    );
  });
});

describe('request ids', () => {
  it('the same id and body get the first answer, even when what it was made from has gone', async () => {
    const gone = 'c'.repeat(64);
    world.snapshots.set(gone, priceSnapshot(['WBTC', 'WETH']));
    const request = explicitRequest({ requestId: randomUUID(), snapshotHash: gone });
    const first = await built(request);
    world.snapshots.delete(gone);
    expect(await built(request)).toEqual(first);
  });

  it('the same id with another body is refused', async () => {
    const requestId = randomUUID();
    await built(explicitRequest({ requestId }));
    const other = explicitRequest({ requestId, targets: [long('WBTC', 1)] });
    const error = await refusalOf(world.client.buildPlan(other));
    expect([error.kind, error.reason]).toEqual(['INVALID_ARGUMENT', 'REQUEST_ID_REUSED']);
  });

  it('concurrent twins have one effect', async () => {
    const requestId = randomUUID();
    const request = { requestId, policy: policy({ policyId: 'twin' }) };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.client.upsertPolicy(request)),
    );
    expect(new Set(answers.map(({ policy: stored }) => stored?.version))).toEqual(new Set([1n]));
  });

  it('a refused request may be repeated once it is right', async () => {
    const requestId = randomUUID();
    const manager = {
      managerId: 'patient',
      allowedStrategies: ['later'],
      maxNotional: '',
      version: 0n,
      createTime: undefined,
      updateTime: undefined,
    };
    const error = await refusalOf(world.client.upsertManager({ requestId, manager }));
    expect(error.reason).toBe('STRATEGY_NOT_FOUND');
    await world.client.upsertStrategy({ requestId: '', strategy: strategy('later') });
    const { manager: stored } = await world.client.upsertManager({ requestId, manager });
    expect(stored?.version).toBe(1n);
  });
});

describe('lists, restarts and outages', () => {
  it('pages through plans, the latest first, with a token bound to its filter', async () => {
    const vault = { vaultId: 'paged', vaultVersion: 1n, nav: '100', weights: [] };
    const hashes: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      world.clock.advanceMillis(1);
      const generateTime = new Date(NOW + index);
      hashes.unshift((await built(explicitRequest({ vault, generateTime }))).planHash);
    }
    const page = (pageToken: string, vaultId = 'paged') =>
      world.client.listPlans({ pageSize: 2, pageToken, vaultId });
    const first = await page('');
    const second = await page(first.nextPageToken);
    expect([...first.plans, ...second.plans].map(({ planHash }) => planHash)).toEqual(hashes);
    expect(second.nextPageToken).toBe('');
    expect(first.plans[0]).toMatchObject({ steps: [], rounds: [], inputs: undefined });
    const error = await refusalOf(page(first.nextPageToken, 'vault-1'));
    expect(error.reason).toBe('PAGE_TOKEN_INVALID');
  });

  it('keeps plans and answers over a restart', async () => {
    const request = explicitRequest({ requestId: randomUUID() });
    const plan = await built(request);
    await world.restart();
    expect((await world.client.getPlan({ planHash: plan.planHash })).plan).toEqual(plan);
    expect(await built(request)).toEqual(plan);
  });

  it('does not serve a stored plan that somebody changed', async () => {
    const { planHash } = await built(explicitRequest({ generateTime: new Date(NOW + 9) }));
    await world.database.pool.query(
      "update plans set targets = replace(targets, '6000', '6001') where plan_hash = $1",
      [planHash],
    );
    await expect(world.client.getPlan({ planHash })).rejects.toThrow('INTERNAL');
  });

  it('names unknown plans, policies and managers', async () => {
    const { client } = world;
    expect((await refusalOf(client.getPlan({ planHash: 'f'.repeat(64) }))).reason).toBe(
      'PLAN_NOT_FOUND',
    );
    expect((await refusalOf(client.getPolicy({ policyId: 'x', version: undefined }))).reason).toBe(
      'POLICY_NOT_FOUND',
    );
    expect((await refusalOf(client.getManager({ managerId: 'x' }))).reason).toBe(
      'MANAGER_NOT_FOUND',
    );
  });

  it('answers UNAVAILABLE and stores nothing while the oracle is down', async () => {
    await world.stopOracle();
    const before = await world.rowCount('plans');
    const request = explicitRequest({ generateTime: new Date(NOW + 10) });
    const error = await refusalOf(world.client.buildPlan(request));
    expect([error.kind, error.reason]).toEqual(['UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE']);
    expect(await world.rowCount('plans')).toBe(before);
  });
});
