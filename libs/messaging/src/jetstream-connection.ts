import { setTimeout as pause } from 'node:timers/promises';
import { connect, type ConnectionOptions, type NatsConnection, type TlsOptions } from 'nats';

const CONNECT_TIMEOUT_MS = 30_000;
const CONNECT_PAUSE_MS = 500;

/** What a client shows and whom it believes, in PEM. */
export interface ClientIdentity {
  readonly certificateChain: Buffer;
  readonly privateKey: Buffer;
  readonly authorities: Buffer;
}

/**
 * Connects to a server, waiting up to 30 s for it to come up; once connected, a lost connection is
 * opened again for ever. `nats://user:password@host:port`, several with commas; `tls://` for TLS.
 * @throws Error naming the address when no server answers
 */
export async function connectNats(url: string, tls?: ClientIdentity): Promise<NatsConnection> {
  const options = connectionOptions(url, tls);
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
function connectionOptions(url: string, tls: ClientIdentity | undefined): ConnectionOptions {
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
    ...(secure ? { tls: tls === undefined ? {} : inText(tls) } : {}),
  };
}

function inText(tls: ClientIdentity): TlsOptions {
  return {
    cert: tls.certificateChain.toString(),
    key: tls.privateKey.toString(),
    ca: tls.authorities.toString(),
  };
}
