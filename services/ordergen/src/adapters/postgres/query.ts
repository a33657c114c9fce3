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
 *
 * A migration of a newer process may change the type of a column under the statements of this one.
 * The server then refuses them under their old names for as long as the connection lives, before it
 * runs anything; they go on under new names.
 */
export function createPreparedQuery(pool: Database<OrderGenTables>['pool'], prefix: string): Query {
  const places = new Map<string, number>();
  let migrations = 0;
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    // As above, the caller names the columns.
    const run = async (seen: number): Promise<Row[]> => {
      const name = `${prefix}-${place}-${seen}`;
      return (await pool.query({ name, text, values: [...values] })).rows as Row[];
    };
    const seen = migrations;
    try {
      return await run(seen);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // Calls that fail together change the names once.
      migrations = Math.max(migrations, seen + 1);
      return await run(migrations);
    }
  };
}

/** "cached plan must not change result type": the tables changed since the statement was parsed. */
function isStalePlan(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '0A000') return false;
  return error.message.includes('cached plan');
}

/** Whether an error is a violation of a unique key, and of which. */
export function violatedKey(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || error.code !== '23505') return undefined;
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '';
}
