import type { Clock } from '@trimtab/core';
import {
  createHealthServer,
  type HealthServer,
  readTlsIdentity,
  type TlsIdentity,
} from '@trimtab/grpc';
import {
  ConfigError,
  group,
  runUntilSignal,
  systemClock,
  tlsFiles,
  type BaseConfig,
  type Component,
  type ServedComponent,
  type TelemetryConfig,
} from '@trimtab/lifecycle';
import type { Logger } from '@trimtab/telemetry';
import { startProcessTelemetry } from './start-process-telemetry.js';

/** The configuration that a process at the edge has: it keeps nothing and signs nothing. */
export type EdgeConfig = Pick<
  BaseConfig,
  | keyof TelemetryConfig
  | 'DRAIN_TIMEOUT_MILLIS'
  | 'HEALTH_ADDRESS'
  | 'TLS_CERTIFICATE_FILE'
  | 'TLS_PRIVATE_KEY_FILE'
  | 'TLS_AUTHORITIES_FILE'
>;

/** The outside world of a process at the edge. */
export interface EdgeDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Mutual TLS with the services; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** A process at the edge as its `main.ts` names it. */
export interface EdgeProcess<Config extends EdgeConfig> {
  readonly name: string;
  readonly readConfig: (env: Record<string, string | undefined>) => Config;
  readonly compose: (config: Config, dependencies: EdgeDependencies) => ServedComponent;
}

/**
 * Runs a process without database, bus and keys until SIGTERM or SIGINT, as `runService` runs a
 * service. An invalid configuration names every bad variable on stderr and ends it with code 1.
 */
export async function runEdge<Config extends EdgeConfig>(edge: EdgeProcess<Config>): Promise<void> {
  const settings = readSettings(edge);
  if (settings === undefined) return;
  const { config, tls } = settings;
  const telemetry = startProcessTelemetry(edge.name, config);
  const { logger } = telemetry;
  const component = edge.compose(config, { clock: systemClock, logger, tls });
  const health = healthOf(edge.name, config.HEALTH_ADDRESS);
  const edgeOf: Component = {
    name: edge.name,
    start: async () => {
      await health?.start();
      await component.start();
      health?.setReady(true);
    },
    stop: async () => {
      health?.setReady(false);
      await component.stop();
      await health?.stop();
    },
  };
  await runUntilSignal(group(edge.name, [telemetry.component, edgeOf]), {
    logger,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    onStarted: () => logger.info({ address: component.address }, 'ready'),
  });
}

/** Health by gRPC for probes, beside what the edge serves. */
function healthOf(name: string, address: string | undefined): HealthServer | undefined {
  return address === undefined
    ? undefined
    : createHealthServer({ name: `${name} health`, address });
}

function readSettings<Config extends EdgeConfig>(
  edge: EdgeProcess<Config>,
): { readonly config: Config; readonly tls: TlsIdentity | undefined } | undefined {
  try {
    const config = edge.readConfig(process.env);
    const files = tlsFiles(config);
    return { config, tls: files && readTlsIdentity(files) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`trimtab-${edge.name}: ${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
