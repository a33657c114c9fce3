import { setMaxListeners } from 'node:events';
import { Server } from '@grpc/grpc-js';
import { present } from '@trimtab/core';
import { createInFlight, type Dependency, type ServedComponent } from '@trimtab/lifecycle';
import type { Logger } from '@trimtab/telemetry';
import type { Authenticator } from './authenticator.js';
import { bind } from './bind.js';
import { createHealth, type Health } from './health.js';
import { createHealthServer, type HealthServer } from './health-server.js';
import { INTERNAL_LIMIT_BYTES, transportLimitBytes } from './message-limit.js';
import { rawDefinition } from './received.js';
import { refusePingFloods } from './refuse-ping-floods.js';
import { addReflection } from './reflection.js';
import type { CallEnvironment, ServedMethod } from './serve-call.js';
import { serveMethod } from './serve-methods.js';
import type { BoundMethod, ServiceBinding } from './service-binding.js';
import { serverCredentials, type TlsIdentity } from './tls.js';

/** What a server serves, and where. */
export interface GrpcServerOptions {
  /** Name of the component in logs. */
  readonly name: string;
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly services: readonly ServiceBinding[];
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  /** Whether gRPC reflection (v1 and v1alpha) is served. */
  readonly reflection: boolean;
  /** How long a stop waits for calls in flight, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** How often the token of an open stream is looked at again, in milliseconds; 5 000 by default. */
  readonly tokenRecheckMs?: number;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
  /** Where the same health is served in plain text besides, for probes; absent: nowhere. */
  readonly healthAddress?: string | undefined;
  /** What the services cannot do without: while one is gone the server is not ready. */
  readonly dependencies?: readonly Dependency[];
}

/** A gRPC server. */
export interface GrpcServer extends ServedComponent {
  /** Sets the readiness of every service and the overall one; true from the start on. */
  setReady(ready: boolean): void;
}

const MINUTE_MS = 60_000;
/** A stream outlives its token by at most this, and by the skew that every token is granted. */
const TOKEN_RECHECK_MS = 5_000;
/** After the drain only health watchers are left; answers that are being written get this long. */
const FLUSH_MS = 250;

/**
 * Creates a server with health and, if asked for, reflection. `stop`: not ready any more, no new
 * connections, streams ended with UNAVAILABLE, calls in flight drained, then closed.
 *
 * @throws Error naming every method that has no rule
 */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { name, logger, drainTimeoutMs } = options;
  const services = options.services.map((service) => withRules(service));
  refuseMissingRules(options.services);
  let running: Running | undefined;
  return {
    name,
    start: async () => {
      if (running !== undefined) return;
      running = await listen(options, services);
      for (const { name: component, address } of served(name, running)) {
        logger.info({ component, address }, 'serving');
      }
    },
    stop: async () => {
      const stopped = running;
      running = undefined;
      if (stopped === undefined) return;
      const drained = await shutDown(stopped, drainTimeoutMs);
      if (!drained) logger.warn({ component: name, drainTimeoutMs }, 'calls were cut off');
    },
    setReady: (ready) => {
      running?.health.setReady(ready);
    },
    get address() {
      return present(running, `${name} has no address before it is started`).address;
    },
  };
}

interface RuledService {
  readonly binding: ServiceBinding;
  readonly methods: readonly ServedMethod[];
}

interface Running {
  readonly server: Server;
  readonly address: string;
  readonly health: Health;
  readonly probed: HealthServer | undefined;
  readonly environment: CallEnvironment;
  readonly stopping: AbortController;
}

function served(
  name: string,
  { address, probed }: Running,
): readonly { readonly name: string; readonly address: string }[] {
  return [{ name, address }, ...(probed === undefined ? [] : [probed])];
}

function withRules(binding: ServiceBinding): RuledService {
  return { binding, methods: binding.methods.filter(hasRule) };
}

function hasRule(method: BoundMethod): method is ServedMethod {
  return method.rule !== undefined;
}

function refuseMissingRules(services: readonly ServiceBinding[]): void {
  const missing = services.flatMap((service) =>
    service.methods.filter((method) => !hasRule(method)).map((method) => method.definition.path),
  );
  if (missing.length > 0) throw new Error(`no rule says who may call ${missing.join(', ')}`);
}

async function listen(
  options: GrpcServerOptions,
  services: readonly RuledService[],
): Promise<Running> {
  const stopping = new AbortController();
  // Every open stream listens, and stops listening when it ends: many are no leak.
  setMaxListeners(0, stopping.signal);
  const environment: CallEnvironment = {
    authenticator: options.authenticator,
    logger: options.logger,
    inFlight: createInFlight(),
    stopping: stopping.signal,
    tokenRecheckMs: options.tokenRecheckMs ?? TOKEN_RECHECK_MS,
  };
  const server = new Server(serverLimits(services));
  for (const { binding, methods } of services) {
    server.addService(
      rawDefinition(binding),
      Object.fromEntries(methods.map((method) => [method.key, serveMethod(environment, method)])),
    );
  }
  const names = services.map(({ binding }) => binding.name);
  const health = createHealth({
    name: options.name,
    serviceNames: names,
    dependencies: options.dependencies ?? [],
    logger: options.logger,
  });
  health.addToServer(server);
  if (options.reflection) addReflection(server, names);
  const address = await bind(server, options.address, serverCredentials(options.tls));
  refusePingFloods(server);
  const probed = probedServer(options, health);
  health.setReady(true);
  await health.start();
  await probed?.start();
  return { server, address, health, probed, environment, stopping };
}

function probedServer(
  { name, healthAddress }: GrpcServerOptions,
  health: Health,
): HealthServer | undefined {
  if (healthAddress === undefined) return undefined;
  return createHealthServer({ name: `${name} health`, address: healthAddress, health });
}

function serverLimits(services: readonly RuledService[]): Record<string, number> {
  const limits = services.flatMap(({ methods }) => methods.map((method) => method.limit));
  return {
    'grpc.max_receive_message_length': transportLimitBytes(limits),
    'grpc.max_send_message_length': INTERNAL_LIMIT_BYTES,
    'grpc.max_concurrent_streams': 100,
    'grpc.max_connection_age_ms': 30 * MINUTE_MS,
    'grpc.max_connection_age_grace_ms': MINUTE_MS,
    'grpc.max_connection_idle_ms': 5 * MINUTE_MS,
    'grpc.keepalive_time_ms': MINUTE_MS,
    'grpc.keepalive_timeout_ms': 20_000,
  };
}

async function shutDown(running: Running, drainTimeoutMs: number): Promise<boolean> {
  const { server, health, environment, stopping, probed } = running;
  health.setReady(false);
  stopping.abort();
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const drained = await environment.inFlight.drain(drainTimeoutMs);
  let timer: NodeJS.Timeout | undefined;
  const flushed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, drained ? FLUSH_MS : 0);
  });
  await Promise.race([closed, flushed]);
  clearTimeout(timer);
  server.forceShutdown();
  await probed?.stop();
  await health.stop();
  return drained;
}
