import { OracleServiceService } from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { SolverServiceService } from '@trimtab/contracts/solver';
import { VaultServiceService } from '@trimtab/contracts/vault';
import type { Clock, IdSource } from '@trimtab/core';
import {
  bindService,
  createGrpcServer,
  createServiceClient,
  type Authenticator,
  type ServiceBinding,
  type TokenIssuer,
  type TlsIdentity,
} from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { busDependency, createRelay, type Bus, type Relay } from '@trimtab/messaging';
import { databaseDependency, migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import {
  planOfStored,
  reportSequenceOf,
  snapshotOfStored,
} from './adapters/clients/bundle-documents.js';
import { readStoredPlan } from './adapters/clients/plan-message.js';
import { readStoredSnapshot } from './adapters/clients/snapshot-message.js';
import { createSeriesSource } from './adapters/clients/series-source.js';
import { createOracleSource, createSolverSource } from './adapters/clients/sources.js';
import { createRebalanceHandlers } from './adapters/grpc/rebalance-handlers.js';
import { ORDERGEN_RULES, VAULT_RULES } from './adapters/grpc/rules.js';
import { createVaultHandlers } from './adapters/grpc/vault-handlers.js';
import { messages, readStoredReport } from './adapters/messaging/messages.js';
import { createReportConsumer } from './adapters/messaging/report-consumer.js';
import { createBundleReader } from './adapters/postgres/bundle-reader.js';
import { encodeResolution } from './adapters/messaging/resolution-message.js';
import { createMessageStore } from './adapters/postgres/message-store.js';
import { orderGenMigrations } from './adapters/postgres/migrations.js';
import { outboxOf } from './adapters/postgres/step-statement.js';
import { createStore } from './adapters/postgres/store.js';
import type { OrderGenTables } from './adapters/postgres/tables.js';
import { observeBooks } from './adapters/telemetry/observe-books.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { createTracing } from './adapters/telemetry/tracing.js';
import { createApplyReport, type Committed } from './application/apply-report.js';
import { createControl } from './application/control.js';
import { createCreateRebalance } from './application/create-rebalance.js';
import { createCreateVault } from './application/create-vault.js';
import { createMergeSeries, createSplitSeries } from './application/exchange-series.js';
import { createExportRebalance } from './application/export-rebalance.js';
import { createExplainRebalance } from './application/explain-rebalance.js';
import { createDeposit, createWithdraw } from './application/move-funds.js';
import { createNews } from './application/news.js';
import type { OracleSource, SolverSource } from './application/outgoing.js';
import { createPreviewRebalance } from './application/preview-rebalance.js';
import { createReplayRebalance } from './application/replay-rebalance.js';
import { createRunningCache } from './application/running-cache.js';
import type { SeriesSource } from './application/series-ports.js';
import { createSettleSeries } from './application/settle-series.js';
import { createStopRebalance } from './application/stop-rebalance.js';
import { createValueVault } from './application/value-vault.js';
import { composeJobs } from './compose-jobs.js';
import type { OrderGenConfig } from './config.js';

/** What OrderGen is given: the outside world. */
export interface OrderGenDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database<OrderGenTables>;
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Where snapshots come from; the oracle at ORACLE_ADDRESS unless given. */
  readonly oracle?: OracleSource;
  /** Where assets and past prices come from; the oracle at ORACLE_ADDRESS unless given. */
  readonly series?: SeriesSource;
  /** Where plans come from; the solver at SOLVER_ADDRESS unless given. */
  readonly solver?: SolverSource;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** Builds OrderGen: OrderGenService and VaultService on one address, and the consumer of reports. */
export function composeOrderGen(
  config: OrderGenConfig,
  deps: OrderGenDependencies,
): ServedComponent {
  const { database, bus, logger } = deps;
  const sources = connectSources(config, deps);
  const relay = createRelay({ database, bus, logger, pollMs: 500 });
  const parts = wire(config, deps, sources, relay);
  const server = createGrpcServer({
    name: 'ordergen',
    address: config.GRPC_ADDRESS,
    services: parts.services,
    authenticator: deps.authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    healthAddress: config.HEALTH_ADDRESS,
    tls: deps.tls,
    dependencies: [databaseDependency(database), busDependency(bus)],
  });
  let stopObserving: (() => void) | undefined;
  const storage: Component = {
    name: 'ordergen storage',
    start: async () => {
      await migrate(database, orderGenMigrations);
      stopObserving ??= observeBooks(database);
    },
    stop: async () => {
      stopObserving?.();
      stopObserving = undefined;
      sources.close();
    },
  };
  const all = group('ordergen', [storage, relay, parts.consumer, server, parts.jobs]);
  return {
    name: 'ordergen',
    start: () => all.start(),
    stop: () => all.stop(),
    get address() {
      return server.address;
    },
  };
}

interface Parts {
  readonly services: readonly ServiceBinding[];
  readonly consumer: Component;
  readonly jobs: Component;
}

function wire(
  config: OrderGenConfig,
  deps: OrderGenDependencies,
  sources: Sources,
  relay: Relay,
): Parts {
  const { clock, ids, database, bus, logger } = deps;
  const { oracle, solver, series } = sources;
  const store = createStore(database, {
    readSnapshot: readStoredSnapshot,
    readPlan: readStoredPlan,
    readReport: readStoredReport,
  });
  const cache = createRunningCache(config.CACHED_REBALANCES);
  const news = createNews();
  const observer = createObserver(logger);
  const tracing = createTracing();
  const wakeRelay = (): void => relay.wake();
  const committed: Committed = (rebalanceId, step) => {
    if (step === undefined) relay.wake(rebalanceId);
    else relay.publish(outboxOf(step));
    news.tell(rebalanceId);
  };
  const shared = {
    clock,
    ids,
    store,
    oracle,
    solver,
    series,
    cache,
    messages,
    observer,
    tracing,
    committed,
  };
  const changed = (rebalanceId: string): void => {
    cache.drop(rebalanceId);
    committed(rebalanceId);
  };
  const stop = createStopRebalance(shared);
  const control = createControl({
    ...shared,
    changed,
    encodeReport: encodeResolution,
    unresolvedAfterMillis: config.UNRESOLVED_AFTER_MILLIS,
  });
  const orderExpirySeconds = config.ORDER_EXPIRY_SECONDS;
  const planning = { clock, store, oracle, solver, tracing, orderExpirySeconds };
  const exportBundle = createExportRebalance(
    createBundleReader(database, {
      snapshotOf: snapshotOfStored,
      planOf: planOfStored,
      reportSequenceOf,
    }),
  );
  const rebalances = bindService({
    definition: OrderGenServiceService,
    rules: ORDERGEN_RULES,
    handlers: createRebalanceHandlers({
      store,
      news,
      stop,
      control,
      previewRebalance: createPreviewRebalance(planning),
      createRebalance: createCreateRebalance({ ...shared, ...planning }),
      explain: createExplainRebalance({ store }),
      replay: createReplayRebalance({ store }),
      exportBundle,
    }),
    limits: { GetRebalance: 'internal' },
  });
  const vaults = bindService({
    definition: VaultServiceService,
    rules: VAULT_RULES,
    handlers: createVaultHandlers({
      store,
      stop,
      control,
      createVault: createCreateVault({
        ...shared,
        denomination: {
          assetId: config.DENOMINATION_ASSET,
          decimals: config.DENOMINATION_DECIMALS,
        },
      }),
      deposit: createDeposit({ ...shared, changed }),
      withdraw: createWithdraw({ ...shared, changed }),
      series: {
        split: createSplitSeries(shared),
        merge: createMergeSeries(shared),
        settle: createSettleSeries({
          ...shared,
          settlementDelayMillis: config.SETTLEMENT_DELAY_MILLIS,
        }),
      },
      valueVault: createValueVault(shared),
    }),
    limits: { ValueVault: 'internal' },
  });
  return {
    services: [rebalances, vaults],
    consumer: createReportConsumer({
      bus,
      applyReport: createApplyReport(shared),
      concurrency: config.REPORT_CONCURRENCY,
    }),
    jobs: composeJobs(config, {
      ...shared,
      stop,
      exportBundle,
      messageStore: createMessageStore(database),
      wake: wakeRelay,
      logger,
    }),
  };
}

interface Sources {
  readonly oracle: OracleSource;
  readonly series: SeriesSource;
  readonly solver: SolverSource;
  close(): void;
}

function connectSources(config: OrderGenConfig, deps: OrderGenDependencies): Sources {
  const client = {
    serviceName: 'ordergen',
    issuer: deps.tokenIssuer,
    defaultDeadlineMs: 5_000,
    tls: deps.tls,
  };
  const oracle = createServiceClient({
    ...client,
    definition: OracleServiceService,
    address: config.ORACLE_ADDRESS,
  });
  const solver = createServiceClient({
    ...client,
    definition: SolverServiceService,
    address: config.SOLVER_ADDRESS,
  });
  return {
    oracle: deps.oracle ?? createOracleSource(oracle),
    series: deps.series ?? createSeriesSource(oracle),
    solver: deps.solver ?? createSolverSource(solver),
    close: () => {
      oracle.close();
      solver.close();
    },
  };
}
