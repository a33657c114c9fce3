import { Server, ServerCredentials } from '@grpc/grpc-js';
import { present } from '@trimtab/core';
import type { ServedComponent } from '@trimtab/lifecycle';
import { HealthImplementation } from 'grpc-health-check';
import { bind } from './bind.js';
import { LIVENESS, READINESS, type Health } from './health.js';

/** A server of grpc.health.v1 alone, in plain text: probes show no certificate. */
export interface HealthServer extends ServedComponent {
  /** Sets the health of the empty name and `readiness`; false until it is called. `liveness` serves while it runs. */
  setReady(ready: boolean): void;
}

/**
 * Creates a server of health alone. It says what `health` says where a server of calls shares its own
 * with it, and otherwise what `setReady` was told.
 */
export function createHealthServer(options: {
  readonly name: string;
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly health?: Pick<Health, 'addToServer'>;
}): HealthServer {
  const { name, address: wanted } = options;
  const own = new HealthImplementation({
    '': 'NOT_SERVING',
    [READINESS]: 'NOT_SERVING',
    [LIVENESS]: 'SERVING',
  });
  const health = options.health ?? own;
  let running: { readonly server: Server; readonly address: string } | undefined;
  return {
    name,
    start: async () => {
      if (running !== undefined) return;
      const server = new Server();
      health.addToServer(server);
      const address = await bind(server, wanted, ServerCredentials.createInsecure());
      running = { server, address };
    },
    // Watchers of health never end by themselves, and nothing else is called here.
    stop: async () => {
      running?.server.forceShutdown();
      running = undefined;
      await Promise.resolve();
    },
    setReady: (ready) => {
      for (const each of ['', READINESS]) own.setStatus(each, ready ? 'SERVING' : 'NOT_SERVING');
    },
    get address() {
      return present(running, `${name} has no address before it is started`).address;
    },
  };
}
