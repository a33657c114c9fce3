import type { Clock } from '@trimtab/core';
import type { TlsIdentity } from '@trimtab/grpc';
import type { ServedComponent } from '@trimtab/lifecycle';
import type { Logger } from '@trimtab/telemetry';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from './config.js';
import type { Route } from './http/route.js';
import { buildHttp } from './http/server.js';
import { catalogueRoutes } from './routes/catalogue.js';
import { eventRoutes } from './routes/events.js';
import { intentRoutes } from './routes/intents.js';
import { serviceRoutes } from './routes/service.js';
import { openUpstream } from './upstream.js';

/** What the gateway is given: the outside world. */
export interface GatewayDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Mutual TLS with the services; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The gateway: REST in front of the services. */
export interface Gateway extends ServedComponent {
  /** The OpenAPI document of its routes; valid once `start` has resolved. */
  document(): unknown;
  /** Its routes as `GET /api/v1/intents/{intentId}`, for comparison with the document. */
  readonly routes: readonly string[];
}

/** Builds the gateway. It keeps nothing: requests are checked for their form and passed on. */
export function composeGateway(config: GatewayConfig, deps: GatewayDependencies): Gateway {
  const { clock, logger } = deps;
  const upstream = openUpstream({
    intentAddress: config.INTENT_ADDRESS,
    orderGenAddress: config.ORDERGEN_ADDRESS,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MILLIS,
    maxStreams: config.MAX_EVENT_STREAMS,
    tls: deps.tls,
  });
  const stopping = new AbortController();
  let app: FastifyInstance | undefined;
  let ready = false;
  const document = (): unknown => app?.swagger();
  const routes: readonly Route[] = [
    ...intentRoutes({ upstream, clock }),
    ...eventRoutes(upstream, {
      heartbeatMs: config.HEARTBEAT_MILLIS,
      stopping: stopping.signal,
      onDefect: (error) => logger.error({ error }, 'event stream failed'),
    }),
    ...catalogueRoutes({ upstream, clock }),
    ...serviceRoutes({ ready: () => ready, document }),
  ];
  return {
    name: 'gateway',
    document,
    routes: routes.map(({ method, url }) => `${method} ${url.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`),
    start: async () => {
      const requestTimeoutMs = config.REQUEST_TIMEOUT_MILLIS;
      app = await buildHttp({ routes, logger, requestTimeoutMs });
      await app.listen(listenOn(config.HTTP_ADDRESS));
      ready = true;
    },
    stop: async () => {
      ready = false;
      stopping.abort(new Error('the gateway stops'));
      if (app !== undefined) await drain(app, config.DRAIN_TIMEOUT_MILLIS, logger);
      upstream.close();
    },
    get address() {
      return addressOf(app?.server.address());
    },
  };
}

const IDLE_LOOK_MILLIS = 50;

/** Takes no more connections, waits for the requests that run, and cuts off what is left after the time. */
async function drain(app: FastifyInstance, timeoutMs: number, logger: Logger): Promise<void> {
  const late = setTimeout(() => {
    logger.warn({ timeout_ms: timeoutMs }, 'requests were cut off');
    app.server.closeAllConnections();
  }, timeoutMs);
  const closed = app.close();
  // A connection that is kept alive after its last answer would hold the end up.
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_LOOK_MILLIS);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

function listenOn(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number.parseInt(address.slice(colon + 1), 10) };
}

function addressOf(bound: AddressInfo | string | null | undefined): string {
  if (bound === null || bound === undefined || typeof bound === 'string') return '';
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `${host}:${bound.port}`;
}
