import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, Migrator, PostgresDialect, sql, type Migration } from 'kysely';
import pg from 'pg';
import type { SqlDatabase } from './database.js';

/** Any constant: one lock per database, so that replicas starting together wait for the first. */
const SCHEMA_LOCK = 7_281_114_009;
/** How long a process that may not change tables waits for the one that does. */
const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/** Migrations by name; they run in the order of their names. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Creates the schema when it is missing and runs the migrations that have not run, in order of
 * their names, all in one transaction under a lock: replicas may start at the same time. What a newer
 * process has run and this one does not know is left alone, so that old and new run side by side
 * and a rollback starts. A database that is not this process's to change is waited for instead, up to 60 s.
 * @throws the error of the migration that failed (nothing is applied then), or an Error that names
 * those that nobody has run
 */
export async function migrate(database: SqlDatabase, migrations: Migrations): Promise<void> {
  if (!database.migrates) return awaitMigrations(database, migrations, WAIT_MS);
  // Not destroyed: that would end the pool, which belongs to the caller.
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  await kysely.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(tx);
    await sql`create schema if not exists ${sql.id(database.schema)}`.execute(tx);
  });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: async () => ({ ...(await ofNewer(database)), ...migrations }) },
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

/**
 * Waits until all migrations have been run by somebody else, for a process that may not change
 * tables itself.
 * @throws Error naming those that are missing after `waitMs`
 */
export async function awaitMigrations(
  database: SqlDatabase,
  migrations: Migrations,
  waitMs: number,
): Promise<void> {
  const looks = Math.ceil(waitMs / LOOK_AGAIN_MS);
  for (let look = 0; ; look += 1) {
    const run = new Set(await migrationsRun(database));
    const missing = Object.keys(migrations).filter((name) => !run.has(name));
    if (missing.length === 0) return;
    if (look >= looks) {
      throw new Error(
        `schema "${database.schema}" lacks the migrations ${missing.join(', ')}: run the service once with the argument "migrate"`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Every migration that has run counts as one that does nothing, unless this process knows it. */
async function ofNewer(database: SqlDatabase): Promise<Record<string, Migration>> {
  const known = await migrationsRun(database);
  return Object.fromEntries(known.map((name) => [name, { up: () => Promise.resolve() }]));
}

/** On a connection of its own: the pool may have but one, and the migrator holds it. */
async function migrationsRun(database: SqlDatabase): Promise<readonly string[]> {
  const table = `${database.schema}.kysely_migration`;
  const client = new pg.Client(database.clientConfig);
  await client.connect();
  try {
    const there = await client.query('select 1 where to_regclass($1) is not null', [table]);
    if (there.rowCount === 0) return [];
    const { rows } = await client.query<{ name: string }>(`select name from ${table}`);
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
