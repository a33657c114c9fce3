/**
 * Why a call was refused or failed. A closed set: callers may switch on it, store it and count it.
 *
 * Refused before anything is sent: URL_MALFORMED, SCHEME_REFUSED, USERINFO_REFUSED, PORT_REFUSED,
 * HOST_REFUSED (a name of a local network), ADDRESS_SPELLING (an address in another spelling than its
 * usual one), ADDRESS_REFUSED (not a public address), REQUEST_INVALID.
 * Failed on the way: NAME_NOT_RESOLVED, CONNECT_FAILED, TLS_FAILED, CONNECT_TIMEOUT, TIMEOUT, CANCELLED,
 * RESPONSE_TOO_LARGE, RESPONSE_BROKEN, REDIRECT_REFUSED, TOO_MANY_REDIRECTS.
 */
export type OutboundReason =
  | 'URL_MALFORMED'
  | 'SCHEME_REFUSED'
  | 'USERINFO_REFUSED'
  | 'PORT_REFUSED'
  | 'HOST_REFUSED'
  | 'ADDRESS_SPELLING'
  | 'ADDRESS_REFUSED'
  | 'REQUEST_INVALID'
  | 'NAME_NOT_RESOLVED'
  | 'CONNECT_FAILED'
  | 'TLS_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'RESPONSE_TOO_LARGE'
  | 'RESPONSE_BROKEN'
  | 'REDIRECT_REFUSED'
  | 'TOO_MANY_REDIRECTS';

const TRANSIENT: ReadonlySet<OutboundReason> = new Set([
  'NAME_NOT_RESOLVED',
  'CONNECT_FAILED',
  'TLS_FAILED',
  'CONNECT_TIMEOUT',
  'TIMEOUT',
  'RESPONSE_BROKEN',
]);

/** A call that was refused or failed: what was found and what is allowed, never the whole URL. */
export class OutboundFailure extends Error {
  override readonly name = 'OutboundFailure';
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.reason);
  }
}
