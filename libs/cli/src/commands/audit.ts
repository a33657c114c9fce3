import { join } from 'node:path';
import { auditBooks, type OrderGenTables } from '@trimtab/ordergen';
import { createDatabase, findEmbeddedPostgres } from '@trimtab/storage';
import { table, toJson, type Output } from '../output.js';

/** Which books are audited. */
export interface AuditTarget {
  /** PostgreSQL; absent means the one that `trimtab dev` runs on the data folder. */
  readonly databaseUrl?: string;
  readonly schema: string;
  readonly dataFolder: string;
}

/**
 * Recomputes every balance of every vault from the lines of its ledger. It reads the database of
 * order generation and changes nothing; the service itself freezes what drifts.
 *
 * @returns the exit code: 0 when every balance is what its ledger says
 */
export async function runAudit(target: AuditTarget, output: Output): Promise<number> {
  const connectionString =
    target.databaseUrl ?? (await findEmbeddedPostgres(join(target.dataFolder, 'postgres')));
  if (connectionString === undefined) {
    throw new Error(
      `no database: set DATABASE_URL, or start trimtab dev on the data folder ${target.dataFolder}`,
    );
  }
  const { schema } = target;
  const database = createDatabase<OrderGenTables>({ connectionString, schema, maxConnections: 1 });
  try {
    const report = await auditBooks(database);
    const conserved = report.drifts.length === 0;
    if (output.json) output.line(toJson({ conserved, ...report }));
    else {
      if (!conserved) {
        const rows = report.drifts.map(({ vaultId, what, subject, ledger, balance }) => [
          vaultId,
          what,
          subject,
          ledger,
          balance,
        ]);
        output.line(table(['vault', 'what', 'of', 'ledger', 'balance'], rows, [3, 4]));
      }
      const vaults = `${report.vaultCount} ${report.vaultCount === 1 ? 'vault' : 'vaults'}`;
      output.line(`${vaults}, ${conserved ? 'every balance is what its ledger says' : 'DRIFT'}`);
    }
    return conserved ? 0 : 1;
  } finally {
    await database.close();
  }
}
