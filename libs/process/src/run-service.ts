import { useSha256 } from '@trimtab/canonical';
import type { Clock, IdSource } from '@trimtab/core';
import {
  createAuthenticator,
  createTokenIssuer,
  type Authenticator,
  readTlsIdentity,
  type TlsFiles,
  type TlsIdentity,
  type TokenIssuer,
} from '@trimtab/grpc';
import {
  ConfigError,
  group,
  jwksSource,
  nodeSha256,
  runUntilSignal,
  systemClock,
  systemIds,
  tlsFiles,
  type BaseConfig,
  type Component,
  type ServedComponent,
} from '@trimtab/lifecycle';
import { connectJetStream, loadStreams, type Bus } from '@trimtab/messaging';
import { createDatabase, type Database, type Migrations } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { runMigrations } from './run-migrations.js';
import { startProcessTelemetry } from './start-process-telemetry.js';

/** The outside world of a service, built from its configuration. */
export interface ServiceDependencies<Tables> {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly database: Database<Tables>;
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Mutual TLS with users and other services; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** A service as its `main.ts` names it. */
export interface ServiceProcess<Config extends BaseConfig, Tables> {
  /** Also the schema of its database, unless `DATABASE_SCHEMA` says otherwise. */
  readonly name: string;
  readonly readConfig: (env: Record<string, string | undefined>) => Config;
  readonly compose: (config: Config, dependencies: ServiceDependencies<Tables>) => ServedComponent;
  /** What the argument `migrate` runs, and nothing else then. */
  readonly migrations: Migrations;
}

/**
 * Runs one service until SIGTERM or SIGINT: configuration, telemetry, dependencies, composition. With
 * the argument `migrate` it only brings the tables up to date and ends.
 * An invalid configuration names every bad variable on stderr and ends the process with code 1.
 */
export async function runService<Config extends BaseConfig, Tables>(
  service: ServiceProcess<Config, Tables>,
): Promise<void> {
  if (process.argv[2] === 'migrate') return runMigrations(service);
  const settings = readSettings(service);
  if (settings === undefined) return;
  const { config, natsUrl, privateKeyFile, tls } = settings;
  useSha256(nodeSha256);
  const telemetry = startProcessTelemetry(service.name, config);
  const { logger } = telemetry;
  const database = createDatabase<Tables>({
    connectionString: config.DATABASE_URL,
    schema: config.DATABASE_SCHEMA ?? service.name,
    maxConnections: config.DATABASE_MAX_CONNECTIONS,
    migrates: config.MIGRATIONS === 'start',
  });
  const identity = tls && readTlsIdentity(tls);
  const streams = loadStreams(config.STREAMS_FILE, config.STREAM_REPLICAS);
  const bus = await connectJetStream({ url: natsUrl, logger, streams, tls: identity });
  const tokens = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE };
  const component = service.compose(config, {
    clock: systemClock,
    ids: systemIds,
    database,
    bus,
    authenticator: createAuthenticator({ ...tokens, jwks: jwksSource(config) }),
    tokenIssuer: createTokenIssuer({ ...tokens, key: { file: privateKeyFile } }),
    logger,
    tls: identity,
  });
  const outside: Component = {
    name: 'outside world',
    start: async () => undefined,
    stop: async () => {
      await bus.close();
      await database.close();
    },
  };
  const parts = [telemetry.component, outside, component];
  await runUntilSignal(group(service.name, parts), {
    logger,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    onStarted: () => logger.info({ address: component.address }, 'ready'),
  });
}

interface Settings<Config> {
  readonly config: Config;
  readonly natsUrl: string;
  readonly privateKeyFile: string;
  readonly tls: TlsFiles | undefined;
}

function readSettings<Config extends BaseConfig, Tables>(
  service: ServiceProcess<Config, Tables>,
): Settings<Config> | undefined {
  try {
    const config = service.readConfig(process.env);
    jwksSource(config);
    const { NATS_URL: natsUrl, SERVICE_PRIVATE_KEY_FILE: privateKeyFile } = config;
    if (natsUrl === undefined || privateKeyFile === undefined) {
      throw new ConfigError([
        ...(natsUrl === undefined ? ['NATS_URL must be set'] : []),
        ...(privateKeyFile === undefined ? ['SERVICE_PRIVATE_KEY_FILE must be set'] : []),
      ]);
    }
    return { config, natsUrl, privateKeyFile, tls: tlsFiles(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`trimtab-${service.name}: ${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
