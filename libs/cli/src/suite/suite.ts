import { join } from 'node:path';
import type { Clock } from '@trimtab/core';
import { composeEngine, engineConfig } from '@trimtab/engine';
import { composeExecutor, executorConfig, type ExecutorTables } from '@trimtab/executor';
import {
  createAuthenticator,
  createTokenIssuer,
  ensureDevelopmentKeys,
  type TokenIssuer,
} from '@trimtab/grpc';
import { composeGateway, gatewayConfig } from '@trimtab/gateway';
import { composeIntent, intentConfig, type IntentTables } from '@trimtab/intent';
import { systemIds, type ServedComponent } from '@trimtab/lifecycle';
import { connectJetStream, createInProcessBus, type Bus } from '@trimtab/messaging';
import { composeOracle, oracleConfig, type OracleTables } from '@trimtab/oracle';
import { composeOrderGen, orderGenConfig, type OrderGenTables } from '@trimtab/ordergen';
import { composeSolver, solverConfig, type SolverTables } from '@trimtab/solver';
import { createDatabase, startEmbeddedPostgres, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';

/** The services of one suite, in the order in which they start. */
export const SERVICE_NAMES = ['oracle', 'solver', 'ordergen', 'executor', 'intent'] as const;

/** One of {@link SERVICE_NAMES}. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How a suite is run. */
export interface SuiteOptions {
  /** Holds the private PostgreSQL and the development keys. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `host:port` of each service; port 0 means a free one. */
  readonly addresses: Readonly<Record<ServiceName, string>>;
  /** `host:port` of the REST gateway; absent: none is started. */
  readonly gatewayAddress?: string;
  /** `host:port` of the health of the strategy engine; absent: none is started, and intents do nothing by themselves. */
  readonly engineAddress?: string;
  /** Variables of the services' configuration beyond addresses and keys, such as `PAPER_SCRIPT`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Goes before the schema name of each service, so that suites can share a database. */
  readonly schemaPrefix?: string;
  /** A NATS server to use instead of the in-process bus. */
  readonly natsUrl?: string;
  /** Streams and subjects of this suite alone, on a shared NATS server. */
  readonly subjectPrefix?: string;
  /** Called as each part comes up. */
  readonly onProgress?: (line: string) => void;
}

/** A running suite. */
export interface Suite {
  readonly addresses: Readonly<Record<ServiceName, string>>;
  /** Where the REST gateway is, if one was asked for. */
  readonly gatewayAddress: string | undefined;
  /** Where the health of the engine is, if one was asked for. */
  readonly engineAddress: string | undefined;
  /** Signs development tokens for users of the suite. */
  readonly tokenIssuer: TokenIssuer;
  readonly bus: Bus;
  /** Reads the schema of a service, for audits of tests. */
  readonly databases: Readonly<Record<ServiceName, Pick<Database<unknown>, 'pool' | 'schema'>>>;
  stop(): Promise<void>;
}

const IDENTITY = { issuer: 'trimtab-development', audience: 'trimtab' };

/**
 * Starts every service in this process: on a private PostgreSQL that npm brought and an in-process
 * bus, or on the servers that are named. What was started is stopped when a later part fails.
 */
export async function startSuite(options: SuiteOptions): Promise<Suite> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    return await startParts(options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: SuiteOptions,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Suite> {
  const progress = options.onProgress ?? (() => undefined);
  const keys = await ensureDevelopmentKeys(join(options.dataFolder, 'development-keys'));
  const databaseUrl = options.databaseUrl ?? (await startDatabase(options, undo));
  progress(`PostgreSQL ${options.databaseUrl === undefined ? 'embedded' : 'of DATABASE_URL'}`);
  const bus = await startBus(options);
  undo.push(() => bus.close());
  progress(`bus        ${options.natsUrl === undefined ? 'in this process' : 'NATS JetStream'}`);

  const open = <Tables>(name: ServiceName): Database<Tables> => {
    const schema = `${options.schemaPrefix ?? ''}${name}`;
    const database = createDatabase<Tables>({
      connectionString: databaseUrl,
      schema,
      maxConnections: 8,
    });
    undo.push(() => database.close());
    return database;
  };
  const tokenIssuer = createTokenIssuer({ ...IDENTITY, key: { file: keys.privateKeyFile } });
  const outside = {
    clock: options.clock,
    ids: systemIds,
    bus,
    authenticator: createAuthenticator({ ...IDENTITY, jwks: { file: keys.jwksFile } }),
    tokenIssuer,
  };
  const addresses: Record<ServiceName, string> = { ...options.addresses };
  const environment = (name: ServiceName): Record<string, string> => ({
    NOTIFICATION_OUTBOX_FOLDER: join(options.dataFolder, 'outbox'),
    ...options.environment,
    DATABASE_URL: databaseUrl,
    GRPC_ADDRESS: options.addresses[name],
    ORACLE_ADDRESS: addresses.oracle,
    SOLVER_ADDRESS: addresses.solver,
    ORDERGEN_ADDRESS: addresses.ordergen,
  });
  const logger = (name: ServiceName): Logger => options.logger.child({ service: name });
  const serve = async (name: ServiceName, component: ServedComponent): Promise<void> => {
    undo.push(() => component.stop());
    await component.start();
    addresses[name] = component.address;
    progress(`${name.padEnd(10)} ${component.address}`);
  };

  const databases = {
    oracle: open<OracleTables>('oracle'),
    solver: open<SolverTables>('solver'),
    ordergen: open<OrderGenTables>('ordergen'),
    executor: open<ExecutorTables>('executor'),
    intent: open<IntentTables>('intent'),
  };
  const given = (name: ServiceName) => ({ ...outside, logger: logger(name) });
  await serve(
    'oracle',
    composeOracle(oracleConfig(environment('oracle')), {
      ...given('oracle'),
      database: databases.oracle,
    }),
  );
  await serve(
    'solver',
    composeSolver(solverConfig(environment('solver')), {
      ...given('solver'),
      database: databases.solver,
    }),
  );
  await serve(
    'ordergen',
    composeOrderGen(orderGenConfig(environment('ordergen')), {
      ...given('ordergen'),
      database: databases.ordergen,
    }),
  );
  await serve(
    'executor',
    composeExecutor(executorConfig(environment('executor')), {
      ...given('executor'),
      database: databases.executor,
    }),
  );
  await serve(
    'intent',
    composeIntent(intentConfig(environment('intent')), {
      ...given('intent'),
      database: databases.intent,
    }),
  );
  const engineAddress = await startEngine(options, { addresses, bus, tokenIssuer }, undo);
  if (engineAddress !== undefined) progress(`${'engine'.padEnd(10)} ${engineAddress}`);
  const gatewayAddress = await startGateway(options, addresses, undo);
  if (gatewayAddress !== undefined) progress(`${'gateway'.padEnd(10)} ${gatewayAddress}`);
  return { addresses, gatewayAddress, engineAddress, tokenIssuer, bus, databases, stop };
}

async function startEngine(
  options: SuiteOptions,
  suite: Pick<Suite, 'addresses' | 'bus' | 'tokenIssuer'>,
  undo: (() => Promise<void>)[],
): Promise<string | undefined> {
  if (options.engineAddress === undefined) return undefined;
  const { addresses, bus, tokenIssuer } = suite;
  const config = engineConfig({
    ...options.environment,
    GRPC_ADDRESS: options.engineAddress,
    INTENT_ADDRESS: addresses.intent,
    ORACLE_ADDRESS: addresses.oracle,
    SOLVER_ADDRESS: addresses.solver,
    ORDERGEN_ADDRESS: addresses.ordergen,
  });
  const logger = options.logger.child({ service: 'engine' });
  const { clock } = options;
  const engine = composeEngine(config, { clock, ids: systemIds, tokenIssuer, bus, logger });
  undo.push(() => engine.stop());
  await engine.start();
  return engine.address;
}

async function startGateway(
  options: SuiteOptions,
  addresses: Readonly<Record<ServiceName, string>>,
  undo: (() => Promise<void>)[],
): Promise<string | undefined> {
  if (options.gatewayAddress === undefined) return undefined;
  const config = gatewayConfig({
    ...options.environment,
    HTTP_ADDRESS: options.gatewayAddress,
    INTENT_ADDRESS: addresses.intent,
    ORDERGEN_ADDRESS: addresses.ordergen,
  });
  const logger = options.logger.child({ service: 'gateway' });
  const gateway = composeGateway(config, { clock: options.clock, logger });
  undo.push(() => gateway.stop());
  await gateway.start();
  return gateway.address;
}

async function startDatabase(
  options: SuiteOptions,
  undo: (() => Promise<void>)[],
): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    dataFolder: join(options.dataFolder, 'postgres'),
  });
  undo.push(() => postgres.stop());
  return postgres.connectionString;
}

async function startBus(options: SuiteOptions): Promise<Bus> {
  const { natsUrl, subjectPrefix, logger } = options;
  if (natsUrl === undefined) return createInProcessBus({ logger });
  return connectJetStream({
    url: natsUrl,
    logger,
    ...(subjectPrefix === undefined ? {} : { subjectPrefix }),
  });
}
