import { setTimeout as pause } from 'node:timers/promises';
import { connect, type ConnectionOptions, type NatsConnection } from 'nats';

const CONNECT_TIMEOUT_MS = 30_000;
const CONNECT_PAUSE_MS = 500;

/**
 * Connects to a server, waiting up to 30 s for it to come up; once connected, a lost connection is
 * opened again for ever. `nats://user:password@host:port`, several with commas; `tls://` for TLS.
 * @throws Error naming the address when no server answers
 */
export async function connectNats(url: string): Promise<NatsConnection> {
  const options = connectionOptions(url);
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  for (;;) {
    try {
      return await connect(options);
    } catch (cause) {
      if (Date.now() >= deadline) {
        throw new Error(`no NATS server answers at ${String(options.servers)}`, { cause });
      }
    }
    await pause(CONNECT_PAUSE_MS);
  }
}

/** The client takes credentials as options only, never inside an address. */
function connectionOptions(url: string): ConnectionOptions {
  const addresses = url.split(',').map((part) => new URL(part.trim()));
  const [first] = addresses;
  const secure = addresses.some(({ protocol }) => protocol === 'tls:');
  return {
    name: 'trimtab',
    servers: addresses.map(({ host }) => host),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    // Otherwise every publish makes an error with a stack in advance, which costs more than the publish.
    noAsyncTraces: true,
    ...(first === undefined || first.username === ''
      ? {}
      : {
          user: decodeURIComponent(first.username),
          pass: decodeURIComponent(first.password),
        }),
    ...(secure ? { tls: {} } : {}),
  };
}
