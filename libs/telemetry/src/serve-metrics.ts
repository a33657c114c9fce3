import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metricsText } from './metrics-text.js';

/** Where metrics are read. */
export interface MetricsEndpoint {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the metrics of this process at `/metrics` for Prometheus, on a port of their own; port 0 takes
 * a free one. The port holds no process alive.
 * @throws Error naming the address when it cannot be listened on
 */
export async function serveMetrics(address: string): Promise<MetricsEndpoint> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metricsText().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
  }).unref();
  await listen(
    server,
    host.replace(/^\[(.*)\]$/, '$1'),
    Number.parseInt(address.slice(colon + 1), 10),
  );
  const { port } = server.address() as AddressInfo;
  return {
    address: `${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Error(`cannot serve metrics on ${host}:${port} (METRICS_ADDRESS): ${cause.message}`, {
          cause,
        }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
