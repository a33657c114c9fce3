import { CompiledQuery, type Kysely } from 'kysely';
import type { Database } from '@trimtab/storage';
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

/**
 * Statements on a connection of the pool that the server parses once per connection: for the few
 * fixed texts of a reader. `prefix` and the place of the text name it.
 */
export function createPreparedQuery(pool: Database<OrderGenTables>['pool'], prefix: string): Query {
  const names = new Map<string, string>();
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const name = names.get(text) ?? `${prefix}-${names.size}`;
    names.set(text, name);
    // As above, the caller names the columns.
    const { rows } = await pool.query({ name, text, values: [...values] });
    return rows as Row[];
  };
}

/** Whether an error is a violation of a unique key, and of which. */
export function violatedKey(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || error.code !== '23505') return undefined;
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
}
