import { domainError, DomainFailure } from '@trimtab/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.js';
import { inTransaction, type SqlExecutor } from './transaction.js';

/** Who asked for what, and what the request said. */
export interface IdempotencyKey {
  /** Subject of the caller: another caller's request id is another request. */
  readonly subject: string;
  /** Full method name, `trimtab.intent.v1.IntentService/CreateIntent`. */
  readonly method: string;
  /** UUID version 4 chosen by the caller. */
  readonly requestId: string;
  /** sha256 of the encoded request. */
  readonly requestHash: string;
}

interface StoredResponse {
  readonly request_hash: string;
  readonly response: Buffer;
}

/**
 * Runs `effect` once per key: effect and response commit together, a repeat gets the first response,
 * and concurrent twins wait for the first and get its response. When `effect` throws, nothing is
 * stored and a later attempt runs it again. `effect` may be run again after a deadlock.
 * @throws DomainFailure REQUEST_ID_REUSED when the key was used with another request
 */
export async function withIdempotency<Tables>(
  database: Database<Tables>,
  key: IdempotencyKey,
  effect: (tx: Transaction<Tables>) => Promise<Uint8Array>,
): Promise<{ readonly response: Uint8Array; readonly replayed: boolean }> {
  return inTransaction(database, async (tx) => {
    // A twin's insert waits here until the first transaction ends; READ COMMITTED then sees its row.
    const claimed = await sql`
      insert into idempotency_keys (subject, method, request_id, request_hash, response)
      values (${key.subject}, ${key.method}, ${key.requestId}, ${key.requestHash}, ''::bytea)
      on conflict do nothing`.execute(tx);
    if (claimed.numAffectedRows !== 1n) {
      const response = await readResponse(tx, key);
      // The row a conflict was reported for is committed and never deleted by requests.
      if (response === undefined) throw new Error('idempotency key vanished during its request');
      return { response, replayed: true };
    }
    const response = await effect(tx);
    await sql`
      update idempotency_keys set response = ${Buffer.from(response)}::bytea
      where subject = ${key.subject} and method = ${key.method} and request_id = ${key.requestId}
    `.execute(tx);
    return { response, replayed: false };
  });
}

/**
 * The response of an earlier, committed request with this key: looked up before anything that a
 * repeat would trip over (an etag, a state) is checked.
 * @throws DomainFailure REQUEST_ID_REUSED when the key was used with another request
 */
export async function findIdempotent<Tables>(
  database: Database<Tables>,
  key: IdempotencyKey,
): Promise<Uint8Array | undefined> {
  return readResponse(database.kysely, key);
}

async function readResponse(
  executor: SqlExecutor,
  key: IdempotencyKey,
): Promise<Uint8Array | undefined> {
  const { rows } = await sql<StoredResponse>`
    select request_hash, response from idempotency_keys
    where subject = ${key.subject} and method = ${key.method} and request_id = ${key.requestId}
  `.execute(executor);
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.request_hash !== key.requestHash) throw requestIdReused(key.requestId);
  return row.response;
}

/** The refusal of an id that comes with another body; for tables whose rows are keys themselves, too. */
export function requestIdReused(requestId: string): DomainFailure {
  const message = `request id ${requestId} was already used with another request`;
  return new DomainFailure(
    domainError('INVALID_ARGUMENT', 'REQUEST_ID_REUSED', message, { request_id: requestId }),
  );
}
