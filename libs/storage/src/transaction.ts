import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueryExecutorProvider, Transaction } from 'kysely';
import type { Database } from './database.js';

/** Anything `sql` templates run on: a Kysely instance or a transaction of any service's tables. */
export type SqlExecutor = QueryExecutorProvider;

/** serialization_failure, deadlock_detected: the database asks for the transaction to be run again. */
const RETRYABLE = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 5;

/**
 * Runs a transaction at READ COMMITTED; commits when `run` resolves, rolls back when it rejects.
 * After a deadlock or a serialization failure it is run again, at most 5 times in all: `run` must
 * have no effect but through `tx`.
 */
export async function inTransaction<Tables, T>(
  database: Database<Tables>,
  run: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.kysely.transaction().setIsolationLevel('read committed').execute(run);
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
      // Spread, so that the same two transactions do not meet again in the same order.
      await pause(randomInt(1, 10 * attempt + 1));
    }
  }
}

function isRetryable(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    RETRYABLE.has(error.code)
  );
}
