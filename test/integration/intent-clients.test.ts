import { randomUUID } from 'node:crypto';
import { IntentServiceService, RunOutcome, Triggers } from '@trimtab/contracts/intent';
import {
  ListAssetsResponse,
  type ListPricesRequest,
  ListPricesResponse,
  OracleServiceService,
  Price_State,
  TakeSnapshotResponse,
} from '@trimtab/contracts/oracle';
import {
  CreateRebalanceResponse,
  GetRebalanceResponse,
  OrderGenServiceService,
  Rebalance_State,
} from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import {
  BuildPlanResponse,
  type ListStrategiesRequest,
  ListStrategiesResponse,
  PlanMode,
  SolverServiceService,
} from '@trimtab/contracts/solver';
import {
  type CreateVaultRequest,
  CreateVaultResponse,
  DepositResponse,
  type GetVaultRequest,
  GetVaultResponse,
  SetVaultModeResponse,
  SettleSeriesResponse,
  ValueVaultResponse,
  VaultMode,
  VaultServiceService,
} from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import {
  AUTHENTICATED,
  bindService,
  callerOf,
  createGrpcServer,
  createUserClient,
  type CallContext,
  type MethodName,
  type Rule,
  type ServiceShape,
} from '@trimtab/grpc';
import { composeIntent, intentConfig, type IntentTables } from '@trimtab/intent';
import { createVirtualClock, systemIds } from '@trimtab/lifecycle';
import type { Database } from '@trimtab/storage';
import { createInProcessBus } from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import { eventually, testAuth, testDatabase } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRequest,
  NOW,
  refusalOf,
  SOLVER,
  WEIGHTS,
  type IntentClient,
} from './intent-world.js';

/** What arrived over the wire, by method. */
const received = new Map<string, unknown>();
const callers = new Set<string>();
let alice: IntentClient;
let database: Database<IntentTables>;
const undo: (() => Promise<void>)[] = [];

const note = (method: string, request: unknown, context: CallContext): void => {
  const { subject, actor, scopes } = callerOf(context);
  callers.add(`${subject} by ${actor ?? ''}: ${[...scopes].sort().join(' ')}`);
  received.set(method, request);
};

/** Everybody with a token may call: what the rules of the others are is theirs to test. */
function openTo<D extends ServiceShape>(definition: D): Readonly<Record<MethodName<D>, Rule>> {
  const names = Object.values<{ readonly path: string }>(definition).map(({ path }) =>
    path.slice(path.lastIndexOf('/') + 1),
  );
  return Object.fromEntries(names.map((name) => [name, AUTHENTICATED])) as Readonly<
    Record<MethodName<D>, Rule>
  >;
}

const vault = { vaultId: 'v1', owner: 'alice', mode: VaultMode.VAULT_MODE_OPEN };
const services = [
  bindService({
    definition: OracleServiceService,
    rules: openTo(OracleServiceService),
    handlers: {
      ListPrices: async (request: ListPricesRequest, context) => {
        note('ListPrices', request, context);
        const prices = [
          { assetId: 'KAMINO' },
          { assetId: 'WBTC', priceDecimal: '60000' },
          { assetId: 'P-BTC-30000-20180504', priceDecimal: '29900' },
        ].filter(({ assetId }) => request.assetIds.includes(assetId));
        return ListPricesResponse.fromPartial({ prices });
      },
      ListAssets: async () =>
        ListAssetsResponse.fromPartial({
          assets: [
            { assetId: 'LTC', decimals: 2 },
            { assetId: 'USDC', decimals: 6 },
            { assetId: 'WBTC', decimals: 8 },
          ],
        }),
      TakeSnapshot: async (request, context) => {
        note('TakeSnapshot', request, context);
        return TakeSnapshotResponse.fromPartial({ snapshot: { snapshotHash: 'a'.repeat(64) } });
      },
    },
  }),
  bindService({
    definition: SolverServiceService,
    rules: openTo(SolverServiceService),
    handlers: {
      // Two pages: the second is asked for with the token of the first.
      ListStrategies: async (request: ListStrategiesRequest) =>
        ListStrategiesResponse.fromPartial(
          request.pageToken === ''
            ? { strategies: [{ strategy: { assetId: 'AAVE' } }], nextPageToken: 'more' }
            : { strategies: [{ strategy: { assetId: 'KAMINO' } }] },
        ),
      BuildPlan: async (request, context) => {
        note('BuildPlan', request, context);
        return BuildPlanResponse.fromPartial({
          plan: { planHash: 'b'.repeat(64), totalDeltaBps: 1 },
        });
      },
    },
  }),
  bindService({
    definition: OrderGenServiceService,
    rules: openTo(OrderGenServiceService),
    handlers: {
      CreateRebalance: async (request, context) => {
        note('CreateRebalance', request, context);
        return CreateRebalanceResponse.fromPartial({ rebalance: { rebalanceId: 'r1' } });
      },
      // A sell brought 10 000 less than its 1.00 LTC at 20, a buy cost 1 000 more than its value.
      GetRebalance: async (request, context) => {
        note('GetRebalance', request, context);
        const sold = { assetId: 'LTC', side: Side.SIDE_LONG, group: 1, deltaExposure: '-5' };
        const bought = { assetId: 'WBTC', side: Side.SIDE_LONG, group: 3, deltaExposure: '5' };
        const actions = [
          {
            ...sold,
            cashMoved: '19990000',
            cumulativeQuantity: '100',
            referencePriceDecimal: '20',
          },
          {
            ...bought,
            cashMoved: '41000',
            cumulativeQuantity: '1000',
            referencePriceDecimal: '4000',
          },
        ].map((action) => ({ ...action, collateralMoved: '0' }));
        const state = Rebalance_State.STATE_COMPLETED;
        const rebalance = { state, nav: '1000000', corrections: '0', actions };
        return GetRebalanceResponse.fromPartial({ rebalance });
      },
    },
  }),
  bindService({
    definition: VaultServiceService,
    rules: openTo(VaultServiceService),
    handlers: {
      // The vault v2 holds a half of a series that has matured.
      GetVault: async ({ vaultId }: GetVaultRequest) => {
        const assetId = vaultId === 'v2' ? 'P-BTC-20000-20180403' : 'LTC';
        const positions = [{ assetId, side: Side.SIDE_LONG, quantity: '1' }];
        return GetVaultResponse.fromPartial({ vault: { ...vault, vaultId, positions } });
      },
      SetVaultMode: async () => SetVaultModeResponse.fromPartial({}),
      SettleSeries: async (request, context) => {
        note('SettleSeries', request, context);
        return SettleSeriesResponse.fromPartial({});
      },
      CreateVault: async (request: CreateVaultRequest, context) => {
        note('CreateVault', request, context);
        return CreateVaultResponse.fromPartial({
          vault: { ...vault, vaultId: `made-${request.requestId}` },
        });
      },
      Deposit: async (request, context) => {
        note('Deposit', request, context);
        return DepositResponse.fromPartial({});
      },
      ValueVault: async () =>
        ValueVaultResponse.fromPartial({
          vaultVersion: 7n,
          fence: 2n,
          nav: '1000000',
          weights: [{ assetId: 'LTC', side: Side.SIDE_SHORT, weightBps: 12 }],
        }),
    },
  }),
];

beforeAll(async () => {
  const auth = await testAuth();
  const logger = silentLogger();
  const { authenticator } = auth;
  const common = { authenticator, logger, reflection: false, drainTimeoutMs: 1000 };
  const others = createGrpcServer({
    name: 'others',
    address: '127.0.0.1:0',
    services,
    ...common,
  });
  await others.start();
  undo.push(() => others.stop());
  database = await testDatabase<IntentTables>('intent-clients');
  undo.push(() => database.close());
  const config = intentConfig({
    GRPC_ADDRESS: '127.0.0.1:0',
    DATABASE_URL: 'postgres://the-test-passes-its-own',
    REFLECTION: 'off',
  });
  // Addresses may be functions, for services of one process that listen on free ports.
  const address = (): string => others.address;
  const intent = composeIntent(
    { ...config, ORACLE_ADDRESS: address, SOLVER_ADDRESS: address, ORDERGEN_ADDRESS: address },
    {
      clock: createVirtualClock(NOW),
      ids: systemIds,
      database,
      authenticator,
      tokenIssuer: auth.issuer,
      bus: createInProcessBus({ logger }),
      logger,
    },
  );
  await intent.start();
  undo.push(() => intent.stop());
  alice = createUserClient({
    definition: IntentServiceService,
    address: intent.address,
    token: await auth.token('alice', ['intent:write']),
  });
});
afterAll(async () => {
  alice.close();
  for (let stop = undo.pop(); stop !== undefined; stop = undo.pop()) await stop();
});

const madeVault = (): unknown => expect.stringMatching(/^made-[0-9a-f-]{36}$/);

async function createAndRebalance(changes: Parameters<typeof createRequest>[1]) {
  const { intent } = await alice.createIntent(createRequest(randomUUID(), changes));
  const { intentId } = present(intent, 'the answer has an intent');
  return alice.rebalanceIntent({ requestId: randomUUID(), intentId, leaseToken: 0n, seriesId: '' });
}

describe('the clients of the other services', () => {
  it('say over the wire what an intent with target weights needs, for the owner', async () => {
    const run = await createAndRebalance({ allocation: WEIGHTS });
    expect(run).toMatchObject({ outcome: RunOutcome.RUN_OUTCOME_REBALANCE, rebalanceId: 'r1' });
    expect(received.get('CreateVault')).toMatchObject({
      vault: { depositLimit: '50000000000', denomination: 'USDC' },
    });
    expect(received.get('Deposit')).toMatchObject({
      vaultId: madeVault(),
      assetId: 'USDC',
      amount: '10000500000',
    });
    expect(received.get('TakeSnapshot')).toMatchObject({ assetIds: ['LTC', 'WBTC', 'WETH'] });
    expect(received.get('BuildPlan')).toMatchObject({
      mode: PlanMode.PLAN_MODE_EXPLICIT,
      policyId: '',
      vault: {
        vaultId: madeVault(),
        vaultVersion: 7n,
        nav: '1000000',
        weights: [{ assetId: 'LTC', side: Side.SIDE_SHORT, weightBps: 12 }],
      },
      snapshotHash: 'a'.repeat(64),
      targets: [
        { assetId: 'WBTC', side: Side.SIDE_LONG, weightBps: 6000, investible: true },
        { assetId: 'WETH', side: Side.SIDE_LONG, weightBps: 4000, investible: true },
      ],
      generateTime: new Date(NOW),
      validateOnly: false,
    });
    expect(received.get('CreateRebalance')).toMatchObject({
      terms: {
        vaultId: madeVault(),
        vaultVersion: 7n,
        fence: 2n,
        source: { $case: 'planHash', value: 'b'.repeat(64) },
        snapshotHash: 'a'.repeat(64),
        purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
        expireTime: undefined,
      },
    });
    expect([...callers].sort()).toEqual([
      'alice by service:intent: intent:write plan:write rebalance:write',
      'alice by service:intent: intent:write rebalance:write',
    ]);
  });

  it('read lists to their end and keep the healthy candidates', async () => {
    await createAndRebalance({ allocation: SOLVER, vaultId: 'v1' });
    expect(received.get('ListPrices')).toMatchObject({
      assetIds: ['AAVE', 'KAMINO'],
      states: [Price_State.STATE_HEALTHY],
    });
    expect(received.get('TakeSnapshot')).toMatchObject({ assetIds: ['KAMINO', 'LTC'] });
    expect(received.get('BuildPlan')).toMatchObject({
      mode: PlanMode.PLAN_MODE_ROUNDS,
      policyId: 'balanced',
      allowedStrategies: ['aave-usdc', 'kamino', 'sick'],
      targets: [],
    });
  });

  it('ask for prices, roll under the limit of the intent, and settle what matured as the service', async () => {
    const { intent } = await alice.createIntent(createRequest(randomUUID(), { vaultId: 'v2' }));
    const { intentId } = present(intent, 'the answer has an intent');
    const own = { requestId: randomUUID(), intentId };
    const run = await alice.rebalanceIntent({ ...own, leaseToken: 0n, seriesId: '' });
    expect(run.outcome).toBe(RunOutcome.RUN_OUTCOME_REBALANCE);
    const half = 'P-BTC-30000-20180504';
    const states = [Price_State.STATE_HEALTHY];
    expect(received.get('ListPrices')).toMatchObject({ assetIds: [half], states });
    expect(received.get('BuildPlan')).toMatchObject({
      mode: PlanMode.PLAN_MODE_EXPLICIT,
      targets: [{ assetId: half, side: Side.SIDE_LONG, weightBps: 10_000, investible: true }],
    });
    expect(received.get('CreateRebalance')).toMatchObject({
      terms: { purpose: RebalancePurpose.REBALANCE_PURPOSE_ROLL, slippageLimitBps: 10 },
    });
    callers.clear();
    await alice.cancelIntent({ ...own, etag: '', reason: '' });
    await eventually(() => (received.has('SettleSeries') ? true : undefined));
    const seriesId = 'BTC-20000-20180403';
    expect(received.get('SettleSeries')).toMatchObject({ vaultId: 'v2', seriesId });
    expect([...callers]).toEqual([
      'alice by service:intent: engine intent:write plan:write rebalance:write',
    ]);
  });

  it('learn what the rebalances of the window cost from their actions', async () => {
    const triggers = Triggers.fromPartial({
      slippageBudget: { budgetBps: 110, windowSeconds: 3600 },
    });
    const changes = { allocation: WEIGHTS, triggers };
    const { intent } = await alice.createIntent(createRequest(randomUUID(), changes));
    const { intentId } = present(intent, 'the answer has an intent');
    const again = () =>
      alice.rebalanceIntent({ requestId: randomUUID(), intentId, leaseToken: 0n, seriesId: '' });
    expect((await again()).outcome).toBe(RunOutcome.RUN_OUTCOME_REBALANCE);
    expect(await again()).toMatchObject({
      outcome: RunOutcome.RUN_OUTCOME_NO_OP,
      reason: 'SLIPPAGE_BUDGET_SPENT',
      message: 'the rebalances of the last 3600 s cost 110 bps, the budget is 110',
    });
    expect(received.get('GetRebalance')).toMatchObject({ rebalanceId: 'r1' });
    const { rows } = await database.pool.query(
      'select cost_bps from runs where intent_id = $1 order by outcome desc',
      [intentId],
    );
    expect(rows).toEqual([{ cost_bps: 110 }, { cost_bps: null }]);
  });

  it('answer UNAVAILABLE while a service is down, and leave the run to be finished', async () => {
    const changes = { allocation: WEIGHTS };
    const { intent } = await alice.createIntent(createRequest(randomUUID(), changes));
    const intentId = present(intent, 'the answer has an intent').intentId;
    // The server of the others is the first that was started; the intent service goes on.
    await undo[0]?.();
    const down = await refusalOf(
      alice.rebalanceIntent({ requestId: randomUUID(), intentId, leaseToken: 0n, seriesId: '' }),
    );
    expect([down.kind, down.reason]).toEqual(['UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE']);
    const { rows } = await database.pool.query('select outcome from runs where intent_id = $1', [
      intentId,
    ]);
    expect(rows).toEqual([{ outcome: 'RUNNING' }]);
  });
});
