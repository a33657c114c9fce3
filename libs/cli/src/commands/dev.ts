import { systemClock } from '@trimtab/lifecycle';
import { createLogger, serveMetrics, startTelemetry } from '@trimtab/telemetry';
import { startSuite, type ServiceName, type SuiteOptions } from '../suite/suite.js';
import { toJson, type Output } from '../output.js';
import { spanFolderOf } from './trace.js';

/** How the suite of `trimtab dev` is run. */
export interface DevOptions {
  readonly dataFolder: string;
  readonly ports: Readonly<Record<ServiceName | 'engine' | 'gateway' | 'metrics', number>>;
  readonly logLevel: string;
}

/**
 * Runs every service in this process until SIGINT or SIGTERM; prints each address and, when all of
 * them serve, the line `ready`. One endpoint has the metrics of all; spans are kept in the data folder.
 */
export async function runDev(options: DevOptions, output: Output): Promise<number> {
  const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const telemetry = startTelemetry({
    serviceName: 'trimtab-dev',
    otlpEndpoint: endpoint,
    spanFolder: spanFolderOf(options.dataFolder),
  });
  const stopped = firstSignal();
  const suite = await startSuite({
    dataFolder: options.dataFolder,
    clock: systemClock,
    logger: createLogger({ service: 'dev', level: options.logLevel }),
    addresses: mapPorts(options.ports),
    engineAddress: `127.0.0.1:${options.ports.engine}`,
    gatewayAddress: `127.0.0.1:${options.ports.gateway}`,
    environment: environmentOfServices(),
    ...serversOfEnvironment(process.env),
    onProgress: (line) => {
      if (!output.json) output.line(line);
    },
  });
  const metrics = await serveMetrics(`127.0.0.1:${options.ports.metrics}`);
  if (!output.json) output.line(`${'metrics'.padEnd(10)} ${metrics.address}`);
  const { engineAddress: engine, gatewayAddress: gateway } = suite;
  const addresses = { ...suite.addresses, engine, gateway, metrics: metrics.address };
  if (output.json) output.line(toJson({ ready: true, addresses }));
  else {
    output.line('ready');
  }
  await stopped;
  await suite.stop();
  await metrics.close();
  await telemetry.shutdown();
  return 0;
}

/** Servers to use instead of the embedded PostgreSQL and the in-process bus; empty means absent. */
export function serversOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<SuiteOptions, 'databaseUrl' | 'natsUrl'> {
  const { DATABASE_URL: databaseUrl = '', NATS_URL: natsUrl = '' } = environment;
  return {
    ...(databaseUrl === '' ? {} : { databaseUrl }),
    ...(natsUrl === '' ? {} : { natsUrl }),
  };
}

/** Variables of the services that a developer may set: the manners of paper venue and engine. */
function environmentOfServices(): Record<string, string> {
  const names = [
    'PAPER_SCRIPT',
    'PAPER_SEED',
    'PAPER_MAX_SLIPPAGE_BPS',
    'PAPER_FEE_BPS',
    'REFLECTION',
    'SPREAD_BPS',
    'VOLATILITIES',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function mapPorts(ports: Readonly<Record<ServiceName, number>>): Record<ServiceName, string> {
  const address = (name: ServiceName): string => `127.0.0.1:${ports[name]}`;
  return {
    oracle: address('oracle'),
    solver: address('solver'),
    ordergen: address('ordergen'),
    executor: address('executor'),
    intent: address('intent'),
  };
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}
