import { OracleServiceService } from '@trimtab/contracts/oracle';
import { SolverServiceService } from '@trimtab/contracts/solver';
import type { Clock } from '@trimtab/core';
import {
  bindService,
  createGrpcServer,
  createServiceClient,
  type Authenticator,
  type TokenIssuer,
  type TlsIdentity,
} from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { busDependency, createRelay, type Bus } from '@trimtab/messaging';
import { databaseDependency, migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createPlanEvents } from './adapters/bus/plan-events.js';
import { createPriceSnapshots } from './adapters/clients/price-snapshots.js';
import { createExplainHandlers } from './adapters/grpc/explain-handlers.js';
import { createPlanHandlers } from './adapters/grpc/plan-handlers.js';
import { createRegistryHandlers } from './adapters/grpc/registry-handlers.js';
import { SOLVER_RULES } from './adapters/grpc/rules.js';
import { readManifest } from './adapters/manifest/read-manifest.js';
import { createVerifyHandlers } from './adapters/grpc/verify-handlers.js';
import { createHighsPool } from './adapters/highs/highs-pool.js';
import { solverMigrations } from './adapters/postgres/migrations.js';
import type { SolverTables } from './adapters/postgres/tables.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { createOptimizer } from './application/certificates.js';
import { createCertification } from './certification.js';
import type { SolverConfig } from './config.js';

/** What the solver is given: the outside world. */
export interface SolverDependencies {
  readonly clock: Clock;
  readonly database: Database<SolverTables>;
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** Builds the solver. */
export function composeSolver(config: SolverConfig, deps: SolverDependencies): ServedComponent {
  const { clock, database, bus, logger } = deps;
  const oracle = createServiceClient({
    definition: OracleServiceService,
    address: config.ORACLE_ADDRESS,
    serviceName: 'solver',
    issuer: deps.tokenIssuer,
    defaultDeadlineMs: 5_000,
    tls: deps.tls,
  });
  const relay = createRelay({ database, bus, logger, pollMs: 500 });
  const observer = createObserver(logger);
  const highs = createHighsPool({
    workers: config.HIGHS_WORKERS,
    queueLimit: config.HIGHS_QUEUE_LIMIT,
  });
  const optimizer = createOptimizer({
    solver: highs,
    onUnproven: (planHash, fault) => observer.answerUnproven(planHash, fault),
  });
  const certification = createCertification({ database, optimizer, observer });
  const service = bindService({
    definition: SolverServiceService,
    rules: SOLVER_RULES,
    handlers: {
      ...createRegistryHandlers({ clock, database }),
      ...createVerifyHandlers({ database }),
      ...createExplainHandlers({ database }),
      ...createPlanHandlers({
        clock,
        database,
        prices: createPriceSnapshots(oracle),
        manifest: readManifest(config.STRATEGY_MANIFEST_FILE),
        events: createPlanEvents({ wake: () => relay.wake() }),
        observer,
        optimizer,
        wakeCertification: () => certification.wake(),
      }),
    },
    limits: { BuildPlan: 'internal', SubmitStrategySnapshots: 'batch' },
  });
  const server = createGrpcServer({
    name: 'solver',
    address: config.GRPC_ADDRESS,
    services: [service],
    authenticator: deps.authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    healthAddress: config.HEALTH_ADDRESS,
    tls: deps.tls,
    dependencies: [databaseDependency(database), busDependency(bus)],
  });
  const storage: Component = {
    name: 'solver storage',
    start: () => migrate(database, solverMigrations),
    stop: async () => {
      oracle.close();
    },
  };
  const parts = group('solver', [storage, relay, highs, certification, server]);
  return {
    name: 'solver',
    start: () => parts.start(),
    stop: () => parts.stop(),
    get address() {
      return server.address;
    },
  };
}
