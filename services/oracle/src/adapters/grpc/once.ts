import { createHash } from 'node:crypto';
import { invalidFields, quoted, refuse } from '@trimtab/core';
import { callerOf, type CallContext } from '@trimtab/grpc';
import type { OracleSession, OracleTransactions } from '../../application/ports.js';

/** A message type of ts-proto, as far as it is needed to keep answers. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** A state-changing call. */
export interface OnceOptions<Request, Response> {
  readonly method: string;
  readonly request: Request;
  readonly requestCodec: Codec<Request>;
  readonly responseCodec: Codec<Response>;
  readonly effect: (session: OracleSession) => Promise<Response>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Runs the effect of a call in one transaction: once per (subject, method, request_id), with the
 * first answer again for a repeat. Without a request_id every call is a call of its own.
 *
 * @throws DomainFailure REQUEST_ID_REUSED, or FIELD_INVALID for an id that is no UUID
 */
export async function runOnce<Request extends { readonly requestId: string }, Response>(
  transactions: OracleTransactions,
  context: CallContext,
  options: OnceOptions<Request, Response>,
): Promise<Response> {
  const { method, request, requestCodec, responseCodec, effect } = options;
  const { requestId } = request;
  if (requestId === '') return transactions.transaction(effect);
  if (!UUID.test(requestId)) {
    const message = `was ${quoted(requestId)}, must be a UUID`;
    refuse(invalidFields([{ field: 'request_id', reason: 'FIELD_INVALID', message }]));
  }
  const body = requestCodec.encode(request).finish();
  const requestHash = createHash('sha256').update(body).digest('hex');
  const key = { subject: callerOf(context).subject, method, requestId, requestHash };
  const { response } = await transactions.once(key, async (session) =>
    responseCodec.encode(await effect(session)).finish(),
  );
  return responseCodec.decode(response);
}
