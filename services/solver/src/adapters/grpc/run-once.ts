import { createHash } from 'node:crypto';
import { callerOf, createFields, type CallContext } from '@trimtab/grpc';
import { inTransaction, withIdempotency, type Database } from '@trimtab/storage';
import type { SolverStore } from '../../application/ports.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';

/** A message type of ts-proto, as far as answers are kept with it. */
interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** A call that changes what is stored. */
export interface OnceOptions<Request, Response> {
  /** `trimtab.solver.v1.SolverService/UpsertPolicy` */
  readonly method: string;
  readonly request: Request;
  readonly requestCodec: Pick<Codec<Request>, 'encode'>;
  readonly responseCodec: Codec<Response>;
  readonly effect: (store: SolverStore, session: Session) => Promise<Response>;
}

/** The transaction of an effect. */
export type Session = Parameters<Parameters<typeof inTransaction<SolverTables, unknown>>[1]>[0];

/**
 * Runs the effect in one transaction: once per (subject, method, request_id), with the first answer
 * again for a repeat. Without a request_id every call is one of its own. A refused call stores
 * nothing.
 *
 * @throws DomainFailure REQUEST_ID_REUSED, FIELD_INVALID for an id that is no UUID, and what the
 *   effect refuses
 */
export async function runOnce<Request extends { readonly requestId: string }, Response>(
  database: Database<SolverTables>,
  context: CallContext,
  options: OnceOptions<Request, Response>,
): Promise<Response> {
  const { responseCodec, effect } = options;
  const key = idempotencyKey(context, options);
  if (key === undefined) {
    return inTransaction(database, (session) => effect(createSolverStore(session), session));
  }
  const { response } = await withIdempotency(database, key, async (session) =>
    responseCodec.encode(await effect(createSolverStore(session), session)).finish(),
  );
  return responseCodec.decode(response);
}

/** Who asked for what; undefined without a request_id. */
export function idempotencyKey<Request extends { readonly requestId: string }>(
  context: CallContext,
  options: Pick<OnceOptions<Request, unknown>, 'method' | 'request' | 'requestCodec'>,
) {
  const { method, request, requestCodec } = options;
  if (request.requestId === '') return undefined;
  const fields = createFields();
  const requestId = fields.uuid('request_id', request.requestId);
  fields.done();
  const body = requestCodec.encode({ ...request, requestId }).finish();
  const requestHash = createHash('sha256').update(body).digest('hex');
  return { subject: callerOf(context).subject, method, requestId, requestHash };
}
