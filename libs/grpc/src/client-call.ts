import { Metadata } from '@grpc/grpc-js';
import { domainError, refuse } from '@trimtab/core';
import { injectTrace } from '@trimtab/telemetry';
import type { Caller } from './caller.js';

/** Options of one call. A handler passes its own context. */
export interface CallOptions {
  /** For whom a service calls; absent: for itself. Ignored by user clients. */
  readonly caller?: Caller | undefined;
  /** The bearer token of this call, in place of the client's; for user clients that pass tokens on. */
  readonly token?: string | undefined;
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /** When the answer is worthless; for unary calls the client's default at the latest. */
  readonly deadline?: Date | undefined;
}

/** The deadline of a unary call: the given one, else the default from now. */
export function unaryDeadline(options: CallOptions, defaultDeadlineMs: number): Date {
  return options.deadline ?? new Date(Date.now() + defaultDeadlineMs);
}

/** The headers of a call: bearer token and trace context. */
export function callMetadata(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  injectTrace((key, value) => metadata.set(key, value));
  return metadata;
}

/** @throws DomainFailure DEADLINE_EXCEEDED when the time of the call is over before it starts */
export function refuseIfLate(deadline: Date, method: string): void {
  if (deadline.getTime() > Date.now()) return;
  refuse(
    domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', `no time was left to call ${method}`, {
      method,
    }),
  );
}
