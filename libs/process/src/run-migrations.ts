import { baseConfigSchema, ConfigError, loadConfig } from '@trimtab/lifecycle';
import { createDatabase, migrate, type Migrations } from '@trimtab/storage';
import { createLogger } from '@trimtab/telemetry';

const schema = baseConfigSchema.pick({
  DATABASE_URL: true,
  DATABASE_SCHEMA: true,
  LOG_LEVEL: true,
});

/**
 * Brings the tables of one service up to date, under the lock of all its processes, and ends: what a
 * deployment runs before its pods. It needs the database alone; exit code 1 when it failed.
 */
export async function runMigrations(service: {
  readonly name: string;
  readonly migrations: Migrations;
}): Promise<void> {
  const config = readConfig(service.name);
  if (config === undefined) return;
  const logger = createLogger({ service: service.name, level: config.LOG_LEVEL });
  const database = createDatabase({
    connectionString: config.DATABASE_URL,
    schema: config.DATABASE_SCHEMA ?? service.name,
    maxConnections: 2,
  });
  try {
    await migrate(database, service.migrations);
    const { schema: migrated } = database;
    logger.info({ schema: migrated, migrations: Object.keys(service.migrations) }, 'migrated');
  } catch (error) {
    logger.error({ error }, 'tables were not migrated');
    process.exitCode = 1;
  } finally {
    await database.close();
  }
}

function readConfig(name: string) {
  try {
    return loadConfig(schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`trimtab-${name}: ${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
