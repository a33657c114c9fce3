import type { Clock, IdSource } from '@trimtab/core';
import { createGrpcServer, type Authenticator, type TokenIssuer } from '@trimtab/grpc';
import type { ServedComponent } from '@trimtab/lifecycle';
import { migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createOracleClient } from './adapters/clients/oracle.js';
import { createOrderGenClient } from './adapters/clients/ordergen.js';
import { createSolverClient } from './adapters/clients/solver.js';
import { createVaultClient } from './adapters/clients/vaults.js';
import { bindIntentService } from './adapters/grpc/intent-service.js';
import { createIntentStore } from './adapters/postgres/intent-store.js';
import { migrations } from './adapters/postgres/migrations.js';
import { createRunStore } from './adapters/postgres/run-store.js';
import type { IntentTables } from './adapters/postgres/tables.js';
import { stepIds } from './adapters/step-ids.js';
import { createLogObserver } from './adapters/telemetry/observer.js';
import { traceRebalance } from './adapters/telemetry/traced-rebalance.js';
import { isTimeZone } from './adapters/time-zone.js';
import { createActivateIntent } from './application/activate-intent.js';
import { createCreateIntent } from './application/create-intent.js';
import { createGetIntent } from './application/get-intent.js';
import { createListIntents } from './application/list-intents.js';
import type { RemoteServices } from './application/ports.js';
import { createRebalanceIntent } from './application/rebalance-intent.js';
import type { IntentConfig } from './config.js';

/** What the intent service runs on. */
export interface IntentDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database<IntentTables>;
  readonly authenticator: Authenticator;
  /** Signs the tokens that the service calls others with. */
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** The services that it calls; by default gRPC clients of the configured addresses. */
  readonly services?: RemoteServices;
}

/** How long a call to another service may take that has no deadline of its own. */
const CALL_DEADLINE_MS = 10_000;

/** Builds the intent service. Its start migrates the schema and then serves. */
export function composeIntent(
  config: IntentConfig,
  dependencies: IntentDependencies,
): ServedComponent {
  const { database } = dependencies;
  const clients = remoteServices(config, dependencies);
  const server = createGrpcServer({
    name: 'intent',
    address: config.GRPC_ADDRESS,
    services: [bindIntentService(createUseCases(clients.services, dependencies))],
    authenticator: dependencies.authenticator,
    logger: dependencies.logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
  });
  return {
    name: 'intent',
    get address() {
      return server.address;
    },
    start: async () => {
      await migrate(database, migrations);
      await server.start();
    },
    stop: async () => {
      await server.stop();
      clients.close();
    },
  };
}

function createUseCases(services: RemoteServices, dependencies: IntentDependencies) {
  const { clock, ids, database } = dependencies;
  const observer = createLogObserver(dependencies.logger);
  const intents = createIntentStore(database);
  const runs = createRunStore(database);
  const facts = { isTimeZone };
  const { vaults } = services;
  const activate = createActivateIntent({ clock, intents, vaults, stepIds, observer });
  return {
    facts,
    ids,
    createIntent: createCreateIntent({ clock, ids, facts, intents, vaults, activate, observer }),
    getIntent: createGetIntent(intents),
    listIntents: createListIntents(intents),
    rebalanceIntent: traceRebalance(
      createRebalanceIntent({ clock, ids, intents, runs, services, stepIds, observer }),
    ),
  };
}

interface Clients {
  readonly services: RemoteServices;
  close(): void;
}

function remoteServices(
  config: IntentConfig,
  { services, tokenIssuer: issuer }: IntentDependencies,
): Clients {
  if (services !== undefined) return { services, close: () => undefined };
  const settings = { issuer, defaultDeadlineMs: CALL_DEADLINE_MS };
  const oracle = createOracleClient(config.ORACLE_ADDRESS, settings);
  const solver = createSolverClient(config.SOLVER_ADDRESS, settings);
  const orderGen = createOrderGenClient(config.ORDERGEN_ADDRESS, settings);
  const vaults = createVaultClient(config.ORDERGEN_ADDRESS, settings);
  const close = (): void => {
    for (const client of [oracle, solver, orderGen, vaults]) client.close();
  };
  return { services: { oracle, solver, orderGen, vaults }, close };
}
