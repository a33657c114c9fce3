import type { TlsIdentity, TokenIssuer } from '@trimtab/grpc';

/** Where another service is: `host:port`, or a function when it is known only after a start. */
export type Address = string | (() => string);

/** Who calls, and how long it waits for an answer. */
export interface ClientSettings {
  readonly issuer: TokenIssuer;
  /** In milliseconds, for calls without a deadline of their own. */
  readonly defaultDeadlineMs: number;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The name under which this service acts for its callers. */
export const SERVICE_NAME = 'intent';
