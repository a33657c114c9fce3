import {
  OracleServiceService,
  type GetSnapshotRequest,
  type Snapshot,
} from '@trimtab/contracts/oracle';
import { Side } from '@trimtab/contracts/portfolio';
import {
  AdapterKind,
  LiquidityProfile,
  PlanMode,
  SolverServiceService,
  Strategy_State,
  type BuildPlanRequest,
  type Policy,
  type Strategy,
  type StrategySnapshot,
} from '@trimtab/contracts/solver';
import { domainError, DomainFailure, instant, refuse, type DomainError } from '@trimtab/core';
import {
  AUTHENTICATED,
  bindService,
  createGrpcServer,
  createUserClient,
  type MethodName,
  type Rule,
  type ServiceClient,
} from '@trimtab/grpc';
import { createVirtualClock, type ServedComponent, type VirtualClock } from '@trimtab/lifecycle';
import { createInProcessBus, type Bus } from '@trimtab/messaging';
import { composeSolver, solverConfig, type SolverTables } from '@trimtab/solver';
import type { Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth, testDatabase, type TestAuth } from '@trimtab/testkit';

export type SolverClient = ServiceClient<typeof SolverServiceService>;

/** A solver on a schema of its own, with an oracle that knows the given snapshots. */
export interface SolverWorld {
  readonly client: SolverClient;
  readonly bus: Bus;
  readonly clock: VirtualClock;
  readonly database: Database<SolverTables>;
  readonly snapshots: Map<string, Snapshot>;
  clientOf(subject: string, ...scopes: readonly string[]): Promise<SolverClient>;
  rowCount(table: 'plans' | 'policies' | 'strategies' | 'managers' | 'outbox'): Promise<number>;
  /** Stops the solver and starts another on the same schema. */
  restart(): Promise<void>;
  stopOracle(): Promise<void>;
  close(): Promise<void>;
}

export const SNAPSHOT = 'a'.repeat(64);
export const NOW = instant(1_522_800_000_000);
const SCOPES = ['plan:write', 'price:write', 'admin'];

/** `environment` is added to the variables of the solver. */
export async function startSolverWorld(
  environment: Readonly<Record<string, string>> = {},
): Promise<SolverWorld> {
  const auth = await testAuth();
  const snapshots = new Map([[SNAPSHOT, priceSnapshot(['WBTC', 'WETH', 'AAVE-USDC', 'KAMINO'])]]);
  const oracle = await startOracle(auth, snapshots);
  const database = await testDatabase<SolverTables>('solver');
  const bus = createInProcessBus({ logger: silentLogger() });
  const clock = createVirtualClock(NOW);
  const config = solverConfig({
    GRPC_ADDRESS: '127.0.0.1:0',
    DATABASE_URL: 'postgres://the-test-passes-its-own',
    ORACLE_ADDRESS: oracle.address,
    REFLECTION: 'off',
    DRAIN_TIMEOUT_MILLIS: '1000',
    ...environment,
  });
  const startSolver = async (): Promise<ServedComponent> => {
    const solver = composeSolver(config, {
      clock,
      database,
      bus,
      authenticator: auth.authenticator,
      tokenIssuer: auth.issuer,
      logger: silentLogger(),
    });
    await solver.start();
    return solver;
  };
  let solver = await startSolver();
  const clients: SolverClient[] = [];
  const clientOf = async (subject: string, ...scopes: readonly string[]): Promise<SolverClient> => {
    const token = await auth.token(subject, scopes);
    const client = createUserClient({
      definition: SolverServiceService,
      address: solver.address,
      token,
    });
    clients.push(client);
    return client;
  };
  let client = await clientOf('owner-1', ...SCOPES);
  return {
    get client() {
      return client;
    },
    bus,
    clock,
    database,
    snapshots,
    clientOf,
    rowCount: async (table) => {
      const { rows } = await database.pool.query<{ count: string }>(
        `select count(*) as count from ${table}`,
      );
      return parseInt(rows[0]?.count ?? '', 10);
    },
    restart: async () => {
      await solver.stop();
      solver = await startSolver();
      client = await clientOf('owner-1', ...SCOPES);
    },
    stopOracle: () => oracle.stop(),
    close: async () => {
      for (const open of clients) open.close();
      await solver.stop();
      await oracle.stop();
      await bus.close();
      await database.close();
    },
  };
}

async function startOracle(
  { authenticator }: TestAuth,
  snapshots: ReadonlyMap<string, Snapshot>,
): Promise<ServedComponent> {
  const names = Object.values<{ readonly path: string }>(OracleServiceService).map(({ path }) =>
    path.slice(path.lastIndexOf('/') + 1),
  );
  const rules = Object.fromEntries(names.map((name) => [name, AUTHENTICATED])) as Readonly<
    Record<MethodName<typeof OracleServiceService>, Rule>
  >;
  const server = createGrpcServer({
    name: 'oracle',
    address: '127.0.0.1:0',
    services: [
      bindService({
        definition: OracleServiceService,
        rules,
        handlers: {
          GetSnapshot: async ({ snapshotHash }: GetSnapshotRequest) => {
            const snapshot = snapshots.get(snapshotHash);
            if (snapshot !== undefined) return { snapshot };
            refuse(domainError('NOT_FOUND', 'SNAPSHOT_NOT_FOUND', 'there is no such snapshot'));
          },
        },
      }),
    ],
    authenticator,
    logger: silentLogger(),
    reflection: false,
    drainTimeoutMs: 1000,
  });
  await server.start();
  return server;
}

export function priceSnapshot(assetIds: readonly string[]): Snapshot {
  return {
    snapshotHash: SNAPSHOT,
    denomination: 'USDC',
    entries: assetIds.map((assetId) => ({
      assetId,
      decimals: 8,
      lot: '1',
      minimumOrder: '0',
      priceDecimal: '1',
      confidenceDecimal: '0',
      publishTime: new Date(NOW),
      publishers: ['a', 'b'],
      dropped: [],
    })),
    takeTime: new Date(NOW),
    createTime: new Date(NOW),
  };
}

export function strategy(strategyId: string, changes: Partial<Strategy> = {}): Strategy {
  return {
    strategyId,
    assetId: strategyId.toUpperCase(),
    protocol: strategyId,
    state: Strategy_State.STATE_ACTIVE,
    exotic: false,
    canary: false,
    strategyCapBps: 10_000,
    adapterKind: AdapterKind.ADAPTER_KIND_STATIC,
    grossApySources: [],
    version: 0n,
    createTime: undefined,
    updateTime: undefined,
    ...changes,
  };
}

/** A healthy strategy that scores gross − 25. */
export function strategySnapshot(
  strategyId: string,
  changes: Partial<StrategySnapshot> = {},
): StrategySnapshot {
  return {
    strategyId,
    grossApyBps: 625,
    feeBps: 0,
    borrowCostBps: 0,
    slippageBps: 0,
    riskScoreBps: 100,
    liquidityProfile: LiquidityProfile.LIQUIDITY_PROFILE_INSTANT,
    withdrawalDelayHours: 0,
    protocolConcentrationBps: 0,
    operationalComplexityBps: 0,
    oracleHealthy: true,
    protocolHealthy: true,
    withdrawalsHealthy: true,
    envelopes: [],
    observeTime: undefined,
    version: 0n,
    market: undefined,
    ...changes,
  };
}

export function policy(changes: Partial<Policy> = {}): Policy {
  return {
    policyId: 'balanced',
    minLiquidReserveBps: 1000,
    strategyCapBps: 10_000,
    protocolCaps: [],
    defaultProtocolCapBps: 10_000,
    exoticCapBps: 10_000,
    marginFiCapBps: 10_000,
    minRebalanceDeltaBps: 50,
    version: 0n,
    etag: '',
    createTime: undefined,
    updateTime: undefined,
    options: undefined,
    ...changes,
  };
}

export function long(assetId: string, weightBps: number) {
  return {
    assetId,
    side: Side.SIDE_LONG,
    weightBps,
    kappaDecimal: '',
    investible: true,
    strategyId: '',
  };
}

/** An EXPLICIT request without a policy: 6000 WBTC, 4000 WETH. */
export function explicitRequest(changes: Partial<BuildPlanRequest> = {}): BuildPlanRequest {
  return {
    requestId: '',
    mode: PlanMode.PLAN_MODE_EXPLICIT,
    vault: {
      vaultId: 'vault-1',
      vaultVersion: 3n,
      nav: '1000000',
      weights: [{ assetId: 'WBTC', side: Side.SIDE_LONG, weightBps: 1000 }],
    },
    policyId: '',
    managerId: '',
    allowedStrategies: [],
    snapshotHash: SNAPSHOT,
    targets: [long('WETH', 4000), long('WBTC', 6000)],
    generateTime: new Date(NOW),
    options: undefined,
    validateOnly: false,
    includeCertificate: false,
    ...changes,
  };
}

/** A ROUNDS request over the two registered strategies. */
export function roundsRequest(changes: Partial<BuildPlanRequest> = {}): BuildPlanRequest {
  return explicitRequest({
    mode: PlanMode.PLAN_MODE_ROUNDS,
    policyId: 'balanced',
    allowedStrategies: ['aave-usdc', 'kamino'],
    targets: [],
    ...changes,
  });
}

/** The refusal of a call; throws when the call went through. */
export async function refusalOf(call: Promise<unknown>): Promise<DomainError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof DomainFailure)) {
    throw new Error('the call was not refused', { cause: outcome });
  }
  return outcome.error;
}
