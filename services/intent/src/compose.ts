import type { Clock, IdSource } from '@trimtab/core';
import {
  createGrpcServer,
  type Authenticator,
  type TlsIdentity,
  type TokenIssuer,
} from '@trimtab/grpc';
import { createPoller, group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { busDependency, createRelay, type Bus } from '@trimtab/messaging';
import { databaseDependency, migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createIntentEvents } from './adapters/bus/intent-events.js';
import { createOracleClient } from './adapters/clients/oracle.js';
import { createOrderGenClient } from './adapters/clients/ordergen.js';
import { createSolverClient } from './adapters/clients/solver.js';
import { createVaultClient } from './adapters/clients/vaults.js';
import { bindIntentService } from './adapters/grpc/intent-service.js';
import { createActivationStore } from './adapters/postgres/activation-store.js';
import { createDueWorkStore } from './adapters/postgres/due-work-store.js';
import { createIntentChangeFeed } from './adapters/postgres/intent-change-feed.js';
import { createRecordChange } from './adapters/postgres/intent-changes.js';
import { createSeriesStore } from './adapters/postgres/series-store.js';
import { createIntentStore } from './adapters/postgres/intent-store.js';
import { migrations } from './adapters/postgres/migrations.js';
import { createRunStore } from './adapters/postgres/run-store.js';
import { createStateChangeStore } from './adapters/postgres/state-change-store.js';
import type { IntentTables } from './adapters/postgres/tables.js';
import { createPause } from './adapters/pause.js';
import { stepIds } from './adapters/step-ids.js';
import { createLogObserver } from './adapters/telemetry/observer.js';
import { traceRebalance } from './adapters/telemetry/traced-rebalance.js';
import { traceFinishRun, traceStartRun } from './adapters/telemetry/traced-runs.js';
import { isTimeZone } from './adapters/time-zone.js';
import { createActivateIntent } from './application/activate-intent.js';
import { createResumeActivations } from './application/resume-activations.js';
import { createResumeRuns } from './application/resume-runs.js';
import { createUndoActivation } from './application/undo-activation.js';
import { createChangeState } from './application/change-state.js';
import { createClaimDueWork } from './application/claim-due-work.js';
import { createCreateIntent } from './application/create-intent.js';
import { createDriveChange } from './application/drive-change.js';
import { createEmptyVault } from './application/empty-vault.js';
import { createForgetSeries } from './application/forget-series.js';
import { createFinishChanges } from './application/finish-changes.js';
import { createGetIntent } from './application/get-intent.js';
import { createGetPortfolio } from './application/get-portfolio.js';
import { createListIntents } from './application/list-intents.js';
import { createListSeries } from './application/list-series.js';
import { createListRuns } from './application/list-runs.js';
import type { RemoteServices } from './application/remote-ports.js';
import { createRebalanceIntent } from './application/rebalance-intent.js';
import { createReportRuntime } from './application/report-runtime.js';
import { createSetDepositLimits } from './application/set-deposit-limits.js';
import { createSettleMatured } from './application/settle-matured.js';
import { createFinishRun, createStartRun } from './application/start-run.js';
import { createUpdateIntent } from './application/update-intent.js';
import { createWatchIntents } from './application/watch-intents.js';
import { composeNotifications, type NotificationParts } from './compose-notifications.js';
import type { IntentConfig } from './config.js';

/** What the intent service runs on. */
export interface IntentDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database<IntentTables>;
  /** Takes the hints on changes of intents. */
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  /** Signs the tokens that the service calls others with. */
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
  /** The services that it calls; by default gRPC clients of the configured addresses. */
  readonly services?: RemoteServices;
}

/** How long a call to another service may take that has no deadline of its own. */
const CALL_DEADLINE_MS = 10_000;
/** Pause between two looks at what is left to do, to send and to stream. */
const WORKER_POLL_MS = 250;
const RELAY_POLL_MS = 500;
const WATCH_POLL_MS = 200;
/** How often a run looks whether what it buys has a price, and what is kept of its call for the rest. */
const SERIES_POLL_MS = 250;
const RUN_RESERVE_MS = 1_000;

/** Builds the intent service. Its start migrates the schema and then serves. */
export function composeIntent(
  config: IntentConfig,
  dependencies: IntentDependencies,
): ServedComponent {
  const { database, bus, logger } = dependencies;
  const clients = remoteServices(config, dependencies);
  const relay = createRelay({ database, bus, logger, pollMs: RELAY_POLL_MS });
  const notifications = composeNotifications(config, dependencies);
  const useCases = {
    ...createUseCases(clients.services, dependencies, notifications, () => relay.wake()),
    ...notifications,
  };
  const server = createGrpcServer({
    name: 'intent',
    address: config.GRPC_ADDRESS,
    services: [bindIntentService(useCases)],
    authenticator: dependencies.authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    healthAddress: config.HEALTH_ADDRESS,
    tls: dependencies.tls,
    dependencies: [databaseDependency(database), busDependency(bus)],
  });
  const storage: Component = {
    name: 'intent storage',
    start: () => migrate(database, migrations),
    stop: async () => {
      await Promise.resolve();
      clients.close();
    },
  };
  const worker = createPoller({
    name: 'intent worker',
    intervalMs: WORKER_POLL_MS,
    run: async () => {
      await useCases.finishChanges();
      await useCases.setDepositLimits();
      await useCases.forgetSeries();
      relay.wake();
    },
    onError: (error) => logger.error({ err: error }, 'intent worker failed'),
  });
  const saga = createPoller({
    name: 'intent activations',
    intervalMs: WORKER_POLL_MS,
    run: useCases.resumeActivations,
    onError: (error) => logger.error({ err: error }, 'intent activations failed'),
  });
  const resumer = createPoller({
    name: 'intent runs',
    intervalMs: WORKER_POLL_MS,
    run: useCases.resumeRuns,
    onError: (error) => logger.error({ err: error }, 'intent runs failed'),
  });
  const parts = group('intent', [
    storage,
    relay,
    worker,
    saga,
    resumer,
    notifications.deliverer,
    server,
  ]);
  return {
    name: 'intent',
    get address() {
      return server.address;
    },
    start: () => parts.start(),
    stop: () => parts.stop(),
  };
}

function createUseCases(
  services: RemoteServices,
  dependencies: IntentDependencies,
  { notify }: NotificationParts,
  wakeRelay: () => void,
) {
  const { clock, ids, database } = dependencies;
  const observer = createLogObserver(dependencies.logger);
  const recordChange = createRecordChange(createIntentEvents({ wake: wakeRelay }));
  const intents = createIntentStore(database, recordChange);
  const changes = createStateChangeStore(database, recordChange, notify);
  const runs = createRunStore(database);
  const facts = { isTimeZone };
  const { vaults, oracle, orderGen } = services;
  const activations = createActivationStore(database, recordChange);
  const pause = createPause({ pauseMillis: SERIES_POLL_MS, reserveMillis: RUN_RESERVE_MS });
  const running = { clock, ids, pause, runs, services, stepIds, observer };
  const finishRun = traceFinishRun(createFinishRun(running));
  const startRun = traceStartRun(createStartRun(running, finishRun));
  const settleMatured = createSettleMatured({ clock, vaults, stepIds });
  const emptyVault = createEmptyVault({ oracle, vaults, stepIds, startRun, settleMatured });
  const drive = createDriveChange({
    clock,
    changes,
    activations,
    vaults,
    orderGen,
    emptyVault,
    stepIds,
    observer,
  });
  const undo = createUndoActivation({ clock, ids, changes, activations, stepIds });
  const activate = createActivateIntent({
    clock,
    intents,
    activations,
    vaults,
    stepIds,
    undo,
    drive,
    observer,
  });
  const getIntent = createGetIntent(intents);
  const setDepositLimits = createSetDepositLimits({ intents, vaults, stepIds, observer });
  const work = createDueWorkStore(database, recordChange, notify);
  const series = createSeriesStore(database);
  return {
    facts,
    ids,
    claimDueWork: createClaimDueWork(clock, work),
    reportRuntime: createReportRuntime(clock, work),
    createIntent: createCreateIntent({ clock, ids, facts, intents, vaults, activate, observer }),
    getIntent,
    listSeries: createListSeries(series),
    forgetSeries: createForgetSeries({ clock, intents, series, vaults, observer }),
    listRuns: createListRuns(runs, getIntent),
    getPortfolio: createGetPortfolio({ intents, vaults, oracle }),
    listIntents: createListIntents(intents),
    rebalanceIntent: traceRebalance(
      createRebalanceIntent({ clock, ids, intents, runs, work, startRun, finishRun }),
    ),
    changeState: createChangeState({ clock, ids, changes, drive, observer }),
    updateIntent: createUpdateIntent({ clock, facts, intents, drive, setDepositLimits, observer }),
    watchIntents: createWatchIntents(
      createIntentChangeFeed(database, { pollMillis: WATCH_POLL_MS }),
    ),
    resumeActivations: createResumeActivations({ activations, activate, observer }),
    resumeRuns: createResumeRuns({ intents, runs, finishRun, observer }),
    finishChanges: createFinishChanges({ clock, changes, drive, observer }),
    setDepositLimits,
  };
}

interface Clients {
  readonly services: RemoteServices;
  close(): void;
}

function remoteServices(
  config: IntentConfig,
  { services, tokenIssuer: issuer, tls }: IntentDependencies,
): Clients {
  if (services !== undefined) return { services, close: () => undefined };
  const settings = { issuer, defaultDeadlineMs: CALL_DEADLINE_MS, tls };
  const oracle = createOracleClient(config.ORACLE_ADDRESS, settings);
  const solver = createSolverClient(config.SOLVER_ADDRESS, settings);
  const orderGen = createOrderGenClient(config.ORDERGEN_ADDRESS, settings);
  const vaults = createVaultClient(config.ORDERGEN_ADDRESS, settings);
  const close = (): void => {
    for (const client of [oracle, solver, orderGen, vaults]) client.close();
  };
  return { services: { oracle, solver, orderGen, vaults }, close };
}
