import { createHash } from 'node:crypto';
import type { IdSource } from '@trimtab/core';
import { callerOf, createFields, type CallContext } from '@trimtab/grpc';
import type { Call, RequestKey } from '../../application/ports.js';

/** A message type of ts-proto, as far as it is needed to hash a request. */
export interface Encoder<T> {
  encode(message: T): { finish(): Uint8Array };
}

/** What a key is made of. */
export interface KeyedRequest<T extends { readonly requestId: string }> {
  readonly method: string;
  readonly request: T;
  readonly encoder: Encoder<T>;
}

/**
 * The idempotency key of a call. A call without a request id is a call of its own: it gets a random
 * one that no other call can have.
 *
 * @throws DomainFailure FIELD_INVALID for an id that is no UUID
 */
export function requestKey<T extends { readonly requestId: string }>(
  { method, request, encoder }: KeyedRequest<T>,
  context: CallContext,
  ids: IdSource,
): RequestKey {
  const fields = createFields();
  const requestId =
    request.requestId === '' ? ids.uuid() : fields.uuid('request_id', request.requestId);
  fields.done();
  const body = encoder.encode({ ...withoutLease(request), requestId }).finish();
  return {
    subject: callerOf(context).subject,
    method,
    requestId,
    requestHash: createHash('sha256').update(body).digest('hex'),
  };
}

/** A lease says who may ask, not what is asked: a retry under the next lease is the same request. */
function withoutLease<T extends object>(request: T): T {
  return 'leaseToken' in request ? { ...request, leaseToken: 0n } : request;
}

/** For whom a use case runs, from the context of a method that needs a token. */
export function callOf(context: CallContext): Call {
  return { caller: callerOf(context), signal: context.signal, deadline: context.deadline };
}
