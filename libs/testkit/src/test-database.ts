import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDatabase,
  startEmbeddedPostgres,
  type Database,
  type DatabaseOptions,
} from '@trimtab/storage';
import pg from 'pg';

/** A server for tests. */
export interface TestPostgres {
  readonly connectionString: string;
  /** Stops the server and deletes its data; does nothing to a server that was given. */
  stop(): Promise<void>;
}

/**
 * The server of a test run: `DATABASE_URL` when it is set, else a private one in a temporary folder.
 * The global setup of the integration tests starts it once.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') {
    return { connectionString: given, stop: () => Promise.resolve() };
  }
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-test-postgres-'));
  const server = await startEmbeddedPostgres({ dataFolder });
  return {
    connectionString: server.connectionString,
    stop: async () => {
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Address and a schema of its own for a service under test; nothing is made yet. */
export function testDatabaseOptions(name: string): DatabaseOptions {
  const connectionString = process.env['TRIMTAB_TEST_DATABASE_URL'];
  if (connectionString === undefined) {
    throw new Error('no test database: run this test in the vitest project "integration"');
  }
  const schema = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}_${randomBytes(4).toString('hex')}`;
  return { connectionString, schema: `t_${schema}`.slice(0, 63), maxConnections: 10 };
}

/** A database on a schema of its own, which is dropped when it is closed. Run `migrate` on it. */
export async function testDatabase<Tables>(name: string): Promise<Database<Tables>> {
  const options = testDatabaseOptions(name);
  const database = createDatabase<Tables>(options);
  return {
    ...database,
    close: async () => {
      await database.close();
      await dropSchema(options);
    },
  };
}

async function dropSchema({ connectionString, schema }: DatabaseOptions): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`drop schema if exists ${client.escapeIdentifier(schema)} cascade`);
  } finally {
    await client.end();
  }
}
