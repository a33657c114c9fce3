import { parseAllowList } from './allow-list.js';
import { exchange, type Exchange, type OutboundResponse } from './exchange.js';
import { OutboundFailure, type OutboundReason } from './failure.js';
import { systemResolve, type Resolve } from './guarded-lookup.js';
import { nextHop } from './redirect.js';
import { parseTarget } from './target.js';

/** What bounds every call of a client. */
export interface OutboundOptions {
  /**
   * Private targets that may be called on any port: addresses, networks and host names. Empty in
   * production. Metadata addresses of clouds stay refused when they are in a network of the list.
   */
  readonly allowPrivate?: readonly string[];
  /** From the call to the last byte, redirects included; default 10 000. */
  readonly timeoutMillis?: number;
  /** Name, connection and TLS of one hop; default 5 000. */
  readonly connectTimeoutMillis?: number;
  /** Body of the answer; default 65 536. */
  readonly maxResponseBytes?: number;
  /** Redirects that are followed, each checked like a first target; default 0. */
  readonly maxRedirects?: number;
  /** Ports of public targets; default 80, 443, 8080 and 8443. */
  readonly ports?: readonly number[];
  /** Where names get their addresses; the operating system by default. */
  readonly resolve?: Resolve;
}

/** One call. */
export interface OutboundRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Host, length and connection are the client's own and refused here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** Whether a text may be a target, before it is ever called. */
export type TargetCheck =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: OutboundReason; readonly message: string };

/** Calls addresses that others choose. */
export interface OutboundClient {
  /**
   * Calls a target once and reads the answer whole; any status is an answer.
   *
   * @throws OutboundFailure
   */
  send(request: OutboundRequest): Promise<OutboundResponse>;
  /** What can be said of a target without calling it or asking a name server. */
  checkTarget(url: string): TargetCheck;
}

const OWN_HEADERS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-connection',
]);
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * A client that never reaches into private networks.
 *
 * @throws Error when an entry of allowPrivate cannot be read
 */
export function createOutboundClient(options: OutboundOptions = {}): OutboundClient {
  const allowList = parseAllowList(options.allowPrivate ?? []);
  const rules = { allowList, ports: new Set(options.ports ?? [80, 443, 8080, 8443]) };
  const limits = {
    allowList,
    resolve: options.resolve ?? systemResolve,
    connectTimeoutMillis: options.connectTimeoutMillis ?? 5_000,
    maxResponseBytes: options.maxResponseBytes ?? 65_536,
  };
  const timeoutMillis = options.timeoutMillis ?? 10_000;
  const maxRedirects = options.maxRedirects ?? 0;

  const follow = async (first: Exchange, signal: AbortSignal): Promise<OutboundResponse> => {
    let current = first;
    for (let redirectCount = 0; ; redirectCount += 1) {
      const response = await exchange(current, limits, signal);
      const next = nextHop(current, response, rules);
      if (next === undefined) return response;
      if (redirectCount >= maxRedirects) {
        const limit = maxRedirects === 0 ? 'redirects are not followed' : `at most ${maxRedirects}`;
        const reason = maxRedirects === 0 ? 'REDIRECT_REFUSED' : 'TOO_MANY_REDIRECTS';
        throw new OutboundFailure(reason, `the answer was a redirect: ${limit}`);
      }
      current = next();
    }
  };

  return {
    async send(request) {
      const url = parseTarget(request.url, rules);
      const { method } = request;
      const first = { method, url, headers: headersOf(request), body: bodyOf(request) };
      const abort = new AbortController();
      const cancel = (): void =>
        abort.abort(new OutboundFailure('CANCELLED', 'the call was cancelled'));
      if (request.signal?.aborted === true) cancel();
      request.signal?.addEventListener('abort', cancel, { once: true });
      const timer = setTimeout(() => {
        abort.abort(new OutboundFailure('TIMEOUT', `no answer within ${timeoutMillis} ms`));
      }, timeoutMillis);
      try {
        return await follow(first, abort.signal);
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', cancel);
      }
    },
    checkTarget(text) {
      try {
        return { ok: true, url: parseTarget(text, rules).href };
      } catch (error) {
        if (!(error instanceof OutboundFailure)) throw error;
        return { ok: false, reason: error.reason, message: error.message };
      }
    },
  };
}

function headersOf(request: OutboundRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(lower) || OWN_HEADERS.has(lower) || !HEADER_VALUE.test(value)) {
      throw new OutboundFailure('REQUEST_INVALID', `header ${JSON.stringify(name)} cannot be sent`);
    }
    headers.set(lower, value);
  }
  return headers;
}

function bodyOf({ body }: OutboundRequest): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}
