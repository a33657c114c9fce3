import {
  ExecType,
  FailureReason,
  OrderDispatch,
  type ExecutionReport,
} from '@trimtab/contracts/execution';
import {
  OrderGenServiceService,
  type Rebalance,
  type Rebalance_State as RebalanceState,
  type RebalanceTerms,
} from '@trimtab/contracts/ordergen';
import { RebalancePurpose, SequencingPolicy } from '@trimtab/contracts/portfolio';
import { VaultServiceService, type Vault } from '@trimtab/contracts/vault';
import { contentHash, TAGS } from '@trimtab/canonical';
import { domainError, DomainFailure, present, refuse, type IdSource } from '@trimtab/core';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import { createVirtualClock, type ServedComponent, type VirtualClock } from '@trimtab/lifecycle';
import {
  connectJetStream,
  createInProcessBus,
  encodeExecutionReport,
  subjects,
  vaultKey,
  type Bus,
} from '@trimtab/messaging';
import {
  composeOrderGen,
  orderGenConfig,
  type OrderGenTables,
  type PlanCopy,
  type SnapshotCopy,
} from '@trimtab/ordergen';
import { createDatabase, type Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import {
  eventually,
  testAuth,
  testDatabase,
  testDatabaseOptions,
  testNatsUrl,
  testSubjectPrefix,
} from '@trimtab/testkit';
import {
  fakePlan,
  fakeSeries,
  fakeSnapshot,
  START,
  type FakePlan,
  type FakePrice,
  type FakeSeries,
  type FakeTarget,
} from './ordergen-fakes.js';

export { START, type FakePlan, type FakePrice, type FakeTarget } from './ordergen-fakes.js';

/** Both buses that the suite runs on. */
export const BUSES = ['in-process', 'JetStream'] as const;

/** OrderGen on a real PostgreSQL, with a fake oracle, solver and executor that the test plays. */
export interface OrderGenWorld {
  readonly clock: VirtualClock;
  readonly database: Database<OrderGenTables>;
  readonly bus: Bus;
  readonly orderGen: ServiceClient<typeof OrderGenServiceService>;
  readonly vaults: ServiceClient<typeof VaultServiceService>;
  clients(
    subject: string,
    scopes: readonly string[],
  ): Promise<{
    readonly orderGen: ServiceClient<typeof OrderGenServiceService>;
    readonly vaults: ServiceClient<typeof VaultServiceService>;
  }>;
  /** Makes a snapshot known to the fake oracle, taken now. */
  snapshot(prices: readonly FakePrice[]): string;
  /** What the fake oracle knows of option series. */
  readonly series: FakeSeries;
  /** Makes a plan known to the fake solver. */
  plan(fields: FakePlan): string;
  /** Every dispatch that reached the fake executor, in order of arrival. */
  readonly dispatches: readonly OrderDispatch[];
  /** Waits for the dispatch of an action. */
  dispatched(index: number): Promise<OrderDispatch>;
  /** Sends a report for an order. */
  report(order: OrderDispatch, fields: Partial<ExecutionReport>): Promise<ExecutionReport>;
  /** Sends a report again as it is. */
  send(report: ExecutionReport): Promise<void>;
  rebalance(rebalanceId: string): Promise<Rebalance>;
  /** Waits until a rebalance is in a state. */
  reaches(rebalanceId: string, state: RebalanceState): Promise<Rebalance>;
  /** Stops the service with its connections and starts it again on the same schema. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a world; ids count up, so two worlds that do the same have the same hashes. */
export async function createOrderGenWorld(
  kind: (typeof BUSES)[number] | Bus = 'in-process',
  environment: Readonly<Record<string, string>> = {},
): Promise<OrderGenWorld> {
  const clock = createVirtualClock(START);
  const auth = await testAuth();
  const database = await testDatabase<OrderGenTables>('ordergen');
  const { connectionString } = testDatabaseOptions('ordergen');
  const bus = typeof kind === 'string' ? await connectBus(kind) : kind;
  const ids = countingIds();
  const snapshots = new Map<string, SnapshotCopy>();
  const plans = new Map<string, PlanCopy>();
  const series = fakeSeries();
  const config = orderGenConfig({
    DATABASE_URL: connectionString,
    GRPC_ADDRESS: '127.0.0.1:0',
    CLOCK_POLL_MILLIS: '20',
    ...environment,
  });
  let pool: Database<OrderGenTables>;
  let service: ServedComponent;
  const start = async (): Promise<void> => {
    const { schema } = database;
    pool = createDatabase<OrderGenTables>({ connectionString, schema, maxConnections: 5 });
    service = composeOrderGen(config, {
      clock,
      ids,
      database: pool,
      bus,
      authenticator: auth.authenticator,
      tokenIssuer: auth.issuer,
      logger: silentLogger(),
      oracle: {
        getSnapshot: async (hash) => snapshots.get(hash) ?? unknown('SNAPSHOT_NOT_FOUND', hash),
        takeSnapshot: async (assetId) =>
          [...snapshots.values()].findLast(({ entries }) =>
            entries.some((entry) => entry.assetId === assetId),
          ) ?? unknown('ASSET_NOT_FOUND', assetId),
      },
      series: series.source,
      solver: { getPlan: async (hash) => plans.get(hash) ?? unknown('PLAN_NOT_FOUND', hash) },
    });
    await service.start();
  };
  await start();

  const dispatches: OrderDispatch[] = [];
  const executor = await bus.subscribe(
    {
      name: 'executor',
      stream: 'TRIMTAB_ORDERS',
      filterSubject: 'trimtab.orders.v1.dispatch.>',
      concurrency: 4,
      ackWaitMillis: 30_000,
      maxDeliver: 5,
      backoffMillis: [100],
      keyOf: vaultKey,
    },
    async ({ payload }) => {
      dispatches.push(OrderDispatch.decode(payload));
      return { kind: 'ack' };
    },
  );
  const open: { close(): void }[] = [];
  const clients: OrderGenWorld['clients'] = async (subject, scopes) => {
    const token = await auth.token(subject, scopes);
    const address = (): string => service.address;
    const orderGen = createUserClient({ definition: OrderGenServiceService, address, token });
    const vaults = createUserClient({ definition: VaultServiceService, address, token });
    open.push(orderGen, vaults);
    return { orderGen, vaults };
  };
  const { orderGen, vaults } = await clients('owner', ['intent:write', 'rebalance:write']);
  const send = async (report: ExecutionReport): Promise<void> => {
    const failed = report.failureReason !== FailureReason.FAILURE_REASON_UNSPECIFIED;
    await bus.publish({
      subject: failed ? subjects.failure(report.vaultId) : subjects.result(report.vaultId),
      // A new message each time, so that no duplicate window hides the repeat.
      messageId: ids.uuid(),
      eventId: report.eventId,
      ...encodeExecutionReport(report),
    });
  };
  const rebalance = async (rebalanceId: string): Promise<Rebalance> => {
    const answer = await orderGen.getRebalance({ rebalanceId });
    return present(answer.rebalance, 'GetRebalance answers with a rebalance');
  };

  return {
    clock,
    database,
    bus,
    orderGen,
    vaults,
    clients,
    snapshot: (prices) => {
      const copy = fakeSnapshot(prices, clock.now());
      snapshots.set(copy.snapshotHash, copy);
      return copy.snapshotHash;
    },
    series,
    plan: (fields) => {
      const copy = fakePlan(fields);
      plans.set(copy.planHash, copy);
      return copy.planHash;
    },
    dispatches,
    dispatched: (index) =>
      eventually(() => dispatches.findLast((dispatch) => dispatch.index === index), {
        what: `the dispatch of action ${index}`,
      }),
    report: async (order, fields) => {
      const report = { ...fillOf(order), ...fields };
      const { orderId, reportSequence } = report;
      const sequence = Number(reportSequence);
      report.eventId = contentHash(TAGS.reportId, { orderId, reportSequence: sequence });
      await send(report);
      return report;
    },
    send,
    rebalance,
    reaches: (rebalanceId, state) =>
      eventually(
        async () => {
          const found = await rebalance(rebalanceId);
          return found.state === state ? found : undefined;
        },
        { what: `state ${state} of the rebalance` },
      ),
    restart: async () => {
      await service.stop();
      await pool.close();
      await start();
      for (const one of open) one.close();
    },
    close: async () => {
      for (const one of open) one.close();
      await executor.stop();
      await service.stop();
      await bus.close();
      await pool.close();
      await database.close();
    },
  };
}

/** A full fill of an order at its reference price of 1, without a fee. */
function fillOf(order: OrderDispatch): ExecutionReport {
  const executed = order.exactIn?.value ?? '0';
  return {
    eventId: '',
    orderId: order.orderId,
    rebalanceId: order.rebalanceId,
    vaultId: order.vaultId,
    index: order.index,
    execType: ExecType.EXEC_TYPE_FILL,
    orderedAmount: order.amount,
    cumulativeQuantity: executed,
    cumulativeUnderlying: executed,
    cumulativeCollateral: '0',
    cumulativeFee: '0',
    lastQuantity: executed,
    lastUnderlying: executed,
    reportSequence: 1n,
    failureReason: FailureReason.FAILURE_REASON_UNSPECIFIED,
    venueReference: 'test',
    occurTime: new Date(START),
  };
}

/** What makes a report a failure of which nothing was executed. */
export const FAILED: Partial<ExecutionReport> = {
  execType: ExecType.EXEC_TYPE_REJECTED,
  failureReason: FailureReason.FAILURE_REASON_VENUE_REJECTED,
  cumulativeQuantity: '0',
  cumulativeUnderlying: '0',
};

/** A vault as CreateVault takes it. */
export function newVault(fields: Partial<Vault> = {}): Vault {
  return {
    vaultId: '',
    owner: '',
    managers: [],
    approvers: [],
    policy: undefined,
    depositLimit: '',
    denomination: '',
    mode: 0,
    fence: 0n,
    holds: [],
    version: 0n,
    cash: '',
    positions: [],
    openRebalanceId: '',
    createTime: undefined,
    updateTime: undefined,
    freezeReason: '',
    ...fields,
  };
}

/** A UUID that no other request has. */
export const requestId = (() => {
  let last = 0;
  return (): string => `00000000-0000-4000-9000-${String((last += 1)).padStart(12, '0')}`;
})();

/** A vault that holds 30 000 each of A, B and C and 10 000 of cash; NAV 100 000 at prices of 1. */
export async function fundedVault(world: OrderGenWorld): Promise<Vault> {
  world.snapshot([{ assetId: 'A' }, { assetId: 'B' }, { assetId: 'C' }]);
  const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
  const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
  let vault: Vault | undefined;
  for (const [assetId, amount] of [
    ['USDC', '10000'],
    ['A', '30000'],
    ['B', '30000'],
    ['C', '30000'],
  ] as const) {
    const answer = await world.vaults.deposit({ requestId: requestId(), vaultId, assetId, amount });
    vault = answer.vault;
  }
  return present(vault, 'Deposit answers with the vault');
}

/** Targets that sell 2 100 of A, 1 260 of B, 840 of C and buy 2 520 of D, 1 680 of E. */
export const EXAMPLE: readonly FakeTarget[] = [
  { assetId: 'A', weightBps: 2790 },
  { assetId: 'B', weightBps: 2874 },
  { assetId: 'C', weightBps: 2916 },
  { assetId: 'D', weightBps: 252 },
  { assetId: 'E', weightBps: 168 },
];

/** Terms of the example for a vault: the largest sell first, nothing too small to trade. */
export function exampleTerms(
  world: OrderGenWorld,
  vault: Vault,
  fields: Partial<RebalanceTerms> = {},
): RebalanceTerms {
  const prices = ['A', 'B', 'C', 'D', 'E'].map((assetId) => ({ assetId }));
  const snapshotHash = world.snapshot(prices);
  const { vaultId, version } = vault;
  const vaultVersion = Number(version);
  const planHash = world.plan({ vaultId, vaultVersion, snapshotHash, targets: EXAMPLE });
  return {
    vaultId,
    vaultVersion: version,
    fence: vault.fence,
    source: { $case: 'planHash', value: planHash },
    snapshotHash,
    purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
    tolerances: {
      band: { $case: 'absolute', value: { exposure: '0', collateral: '0', net: '0' } },
    },
    netMode: undefined,
    sequencing: {
      order: {
        $case: 'policy',
        value: SequencingPolicy.SEQUENCING_POLICY_LARGEST_RELEASE_FIRST,
      },
    },
    underlyingFloor: '',
    slippageLimitBps: undefined,
    expireTime: undefined,
    driftBand: undefined,
    ...fields,
  };
}

/** Creates the example rebalance. */
export async function startExample(
  world: OrderGenWorld,
  vault: Vault,
  fields: Partial<RebalanceTerms> = {},
): Promise<Rebalance> {
  const terms = exampleTerms(world, vault, fields);
  const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
  return present(answer.rebalance, 'CreateRebalance answers with a rebalance');
}

/** What a call was refused with; the call must be refused. */
export async function refusal(call: Promise<unknown>): Promise<DomainFailure['error']> {
  const outcome = await call.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof DomainFailure) return outcome.error.error;
  throw new Error('the call was not refused by a rule', { cause: outcome });
}

async function connectBus(kind: (typeof BUSES)[number]): Promise<Bus> {
  const logger = silentLogger();
  if (kind === 'in-process') return createInProcessBus({ logger });
  const url = present(testNatsUrl(), 'the integration project starts a NATS server');
  return connectJetStream({ url, logger, subjectPrefix: testSubjectPrefix() });
}

function countingIds(): IdSource {
  let last = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`,
    hex: (digitCount) => String((last += 1)).padStart(digitCount, '0'),
  };
}

function unknown(reason: string, id: string): never {
  refuse(domainError('NOT_FOUND', reason, `${id} is not known`, { id }));
}
