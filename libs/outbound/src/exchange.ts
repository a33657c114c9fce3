import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { addressesOf, type AllowList } from './allow-list.js';
import { OutboundFailure, type OutboundReason } from './failure.js';
import { createGuardedLookup, type Resolve } from './guarded-lookup.js';
import { refusedAddress } from './judge-address.js';
import { hostOf } from './target.js';

/** One request to a target that was parsed. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What came back, whole. */
export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; values of a repeated header joined by a comma and a space. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What bounds an exchange. */
export interface ExchangeLimits {
  readonly allowList: AllowList;
  readonly resolve: Resolve;
  readonly connectTimeoutMillis: number;
  readonly maxResponseBytes: number;
}

const MAX_HEADER_BYTES = 16_384;

/**
 * Sends one request over a connection of its own and reads the whole answer. Ends when the signal
 * does, with the signal's reason.
 *
 * @throws OutboundFailure
 */
export async function exchange(
  request: Exchange,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<OutboundResponse> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const module = request.url.protocol === 'https:' ? https : http;
    let call: http.ClientRequest;
    try {
      call = module.request(request.url, {
        method: request.method,
        headers: {
          'accept-encoding': 'identity',
          'user-agent': 'trimtab',
          ...Object.fromEntries(request.headers),
          'content-length': String(request.body.byteLength),
          connection: 'close',
        },
        // An agent of its own takes no proxy from the environment and shares no connection.
        agent: new module.Agent({ keepAlive: false }),
        lookup: createGuardedLookup(limits.resolve, limits.allowList),
        maxHeaderSize: MAX_HEADER_BYTES,
        rejectUnauthorized: true,
        insecureHTTPParser: false,
      });
    } catch (cause) {
      reject(new OutboundFailure('REQUEST_INVALID', 'the request cannot be sent', { cause }));
      return;
    }
    const connecting = setTimeout(() => {
      const message = `no connection within ${limits.connectTimeoutMillis} ms`;
      fail(new OutboundFailure('CONNECT_TIMEOUT', message));
    }, limits.connectTimeoutMillis);
    const settle = (finish: () => void): void => {
      clearTimeout(connecting);
      signal.removeEventListener('abort', cancel);
      finish();
    };
    const fail = (failure: OutboundFailure): void => {
      settle(() => reject(failure));
      call.destroy();
    };
    const cancel = (): void => fail(asFailure(signal.reason, 'CANCELLED'));
    signal.addEventListener('abort', cancel, { once: true });
    let progress: Progress = 'NOT_CONNECTED';
    const ready = (): void => {
      progress = 'READY';
      clearTimeout(connecting);
    };
    call.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        if (module === https) progress = 'CONNECTED';
        else ready();
        const why = refusedPeer(socket, request.url, limits.allowList);
        if (why !== undefined) fail(new OutboundFailure('ADDRESS_REFUSED', why));
      });
      socket.once('secureConnect', ready);
    });
    call.on('error', (error) => fail(asFailure(error, REASON_AT[progress])));
    call.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new OutboundFailure('RESPONSE_BROKEN', 'the answer switches to another protocol'));
    });
    call.on('response', (response) => {
      readBody(response, limits.maxResponseBytes).then(
        (body) => {
          const status = response.statusCode ?? 0;
          settle(() => resolve({ status, headers: headersOf(response), body }));
        },
        (error: unknown) => fail(asFailure(error, 'RESPONSE_BROKEN')),
      );
    });
    call.end(request.body);
  });
}

/** The address that was connected to, looked at once more. */
function refusedPeer(socket: Socket, url: URL, allowList: AllowList): string | undefined {
  if (socket.remoteAddress === undefined) return undefined;
  return refusedAddress(socket.remoteAddress, addressesOf(hostOf(url), allowList));
}

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): OutboundFailure =>
    new OutboundFailure('RESPONSE_TOO_LARGE', `the answer has more than ${maxBytes} bytes`);
  const announced = response.headers['content-length'];
  if (announced !== undefined && BigInt(announced) > BigInt(maxBytes)) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(response: http.IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(response.headersDistinct).map(([name, values]) => [
      name,
      (values ?? []).join(', '),
    ]),
  );
}

/** How far a connection is. */
type Progress = 'NOT_CONNECTED' | 'CONNECTED' | 'READY';

/** What an error means that comes when a connection is that far. */
const REASON_AT: Readonly<Record<Progress, OutboundReason>> = {
  NOT_CONNECTED: 'CONNECT_FAILED',
  CONNECTED: 'TLS_FAILED',
  READY: 'RESPONSE_BROKEN',
};

/** A failure as it is, or anything else under a reason. */
function asFailure(error: unknown, reason: OutboundReason): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new OutboundFailure(reason, text, { cause: error });
}
