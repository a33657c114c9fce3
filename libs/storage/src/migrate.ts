import { Kysely, Migrator, PostgresDialect, sql, type Migration } from 'kysely';
import type { SqlDatabase } from './database.js';

/** Any constant: one lock per database, so that replicas starting together wait for the first. */
const SCHEMA_LOCK = 7_281_114_009;

/**
 * Creates the schema when it is missing and runs the migrations that have not run, in order of
 * their names, all in one transaction under a lock: replicas may start at the same time.
 * @throws the error of the migration that failed (nothing is applied then)
 */
export async function migrate(
  database: SqlDatabase,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  // Not destroyed: that would end the pool, which belongs to the caller.
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  await kysely.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(tx);
    await sql`create schema if not exists ${sql.id(database.schema)}`.execute(tx);
  });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableSchema: database.schema,
    // A shared migration may be added below names that a service has already run.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`migration ${failed ?? '(setup)'} of schema "${database.schema}" failed`, {
      cause: error,
    });
  }
}
