import { CompiledQuery, type Kysely } from 'kysely';
import type { OrderGenTables } from './tables.js';

/** Runs one statement with `$1` parameters and returns its rows. */
export interface Query {
  <Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** Statements on a connection of the pool, or inside a transaction. */
export function createQuery(executor: Kysely<OrderGenTables>): Query {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    // The caller names the columns of its own statement; the driver cannot know them.
    const { rows } = await executor.executeQuery(CompiledQuery.raw(text, [...values]));
    return rows as Row[];
  };
}

/** Whether an error is a violation of a unique key, and of which. */
export function violatedKey(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || error.code !== '23505') return undefined;
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
}
