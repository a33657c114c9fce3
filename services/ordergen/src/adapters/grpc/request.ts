import { createHash } from 'node:crypto';
import {
  callerOf,
  createFields,
  type CallContext,
  type FieldReader,
  type TextRules,
} from '@trimtab/grpc';
import { seesEverything } from '../../application/access.js';
import type { OutgoingCall } from '../../application/outgoing.js';
import type { Caller, RequestKey } from '../../application/ports.js';

/** Ids of vaults and rebalances. */
export const ID: TextRules = { maxLength: 64, pattern: /^[A-Za-z0-9._-]+$/ };
/** Ids of assets. */
export const ASSET_ID: TextRules = { maxLength: 64, pattern: /^[A-Z0-9][A-Z0-9.-]*$/ };
/** Content hashes. */
export const HASH: TextRules = { maxLength: 64, pattern: /^[0-9a-f]{64}$/ };
/** Subjects of tokens. */
export const SUBJECT: TextRules = { maxLength: 256 };
/** The largest amount that can be stored. */
export const MAX_AMOUNT = 10n ** 70n;

/** How a request is told from others with the same id. */
export interface RequestCodec<Request> {
  encode(message: Request): { finish(): Uint8Array };
}

/** The key of a request that changes something; its request_id must be a UUID. */
export function requestKey<Request extends { readonly requestId: string }>(
  fields: FieldReader,
  context: CallContext,
  method: string,
  given: { readonly request: Request; readonly codec: RequestCodec<Request> },
): RequestKey {
  const requestId = fields.uuid('request_id', given.request.requestId);
  const body = given.codec.encode({ ...given.request, requestId }).finish();
  return {
    subject: callerOf(context).subject,
    method,
    requestId,
    requestHash: createHash('sha256').update(body).digest('hex'),
  };
}

/** For whom other services are called: the caller, with the time that is left. */
export function outgoing(context: CallContext): OutgoingCall {
  return { caller: callerOf(context), signal: context.signal, deadline: context.deadline };
}

/** The subject whose vaults a list is limited to; absent for those who see all. */
export function visibleTo(caller: Caller): { readonly visibleTo?: string } {
  return seesEverything(caller) ? {} : { visibleTo: caller.subject };
}

/** Reads one id. @throws DomainFailure INVALID_ARGUMENT */
export function readId(field: string, text: string): string {
  const fields = createFields();
  const id = fields.text(field, text, ID);
  fields.done();
  return id;
}
