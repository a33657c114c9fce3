import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallOptions, Caller, Scope, TlsIdentity, TokenIssuer } from '@trimtab/grpc';

/** Where a service is: `host:port`, or a function when it is known only after a start. */
export type Address = string | (() => string);

/** Who calls, and how long it waits for an answer. */
export interface ClientSettings {
  readonly serviceName: string;
  readonly issuer: TokenIssuer;
  /** In milliseconds, for calls without a deadline of their own. */
  readonly defaultDeadlineMs: number;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The name under which the engine calls other services. */
export const SERVICE_NAME = 'engine';

/** The engine itself: reads, and writes what only an engine may. */
export const ENGINE: Caller = as('engine', 'engine');
/** The publisher of model prices; what observes is a subject of its own, with no other right. */
export const PRICE_PUBLISHER: Caller = as('engine', 'price:write');
/** The publisher of quotes. */
export const QUOTE_PUBLISHER: Caller = as('market-maker', 'price:write');

/** Who may price an option series, as its asset says. */
export const SERIES_PUBLISHERS: readonly string[] = [
  PRICE_PUBLISHER.subject,
  QUOTE_PUBLISHER.subject,
].sort();

function as(subject: string, scope: Scope): Caller {
  return { subject, scopes: new Set([scope]) };
}

const deadlines = new AsyncLocalStorage<Date>();

/** Runs something whose every call to another service ends at a time, and that makes none afterwards. */
export function withDeadline<T>(deadline: Date, run: () => Promise<T>): Promise<T> {
  return deadlines.run(deadline, run);
}

/** The options of a call: who calls, and until when if a deadline runs. */
export function callAs(caller: Caller): CallOptions {
  const deadline = deadlines.getStore();
  return deadline === undefined ? { caller } : { caller, deadline };
}
