import { sql, type Kysely } from '@trimtab/storage';
import type { SolverStore } from '../../application/ports.js';
import { planStore } from './plan-store.js';
import { registryStore } from './registry-store.js';
import type { SolverTables } from './tables.js';

/** The solver's store on a database or inside one transaction of it. */
export function createSolverStore(db: Kysely<SolverTables>): SolverStore {
  return {
    serialize: async (part) => {
      // Released with the transaction. The schema keeps two databases' locks apart.
      await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${part}, 0))`.execute(
        db,
      );
    },
    ...registryStore(db),
    ...planStore(db),
  };
}
