import { invariant } from '@trimtab/core';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { observePool } from './observe-pool.js';
import { traceQueries } from './trace-queries.js';

/** What code needs that does not know the tables of a service: the relay, migrations, leases. */
export interface SqlDatabase {
  readonly pool: pg.Pool;
  /** The schema of the service, first (and only) in the search path of every connection. */
  readonly schema: string;
  /** How to open one more connection outside the pool, e.g. for a lease that must not be shared. */
  readonly clientConfig: pg.ClientConfig;
  /** Whether this process changes the tables; else it waits at start for the one that does. */
  readonly migrates: boolean;
}

/** One service's schema in the PostgreSQL database. */
export interface Database<Tables> extends SqlDatabase {
  readonly kysely: Kysely<Tables>;
  /** Waits for running queries and closes the pool. Idempotent. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly connectionString: string;
  /** Lower-case identifier; one schema per service. */
  readonly schema: string;
  readonly maxConnections: number;
  /** True unless given. */
  readonly migrates?: boolean | undefined;
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Opens a pool on one schema. Connects at the first query; the schema itself is made by `migrate`.
 * `numeric` and `bigint` columns come back as strings, so that no amount ever becomes a double.
 * @throws InvariantViolation when the schema name is not a plain lower-case identifier, or when the
 * connection string sets `options`, which would replace the search path
 */
export function createDatabase<Tables>(options: DatabaseOptions): Database<Tables> {
  const { connectionString, schema, maxConnections } = options;
  invariant(SCHEMA_NAME.test(schema), `schema "${schema}" must match ${SCHEMA_NAME.source}`);
  invariant(
    !/[?&]options=/.test(connectionString),
    'the connection string must not set "options": the search path is set there',
  );
  const clientConfig: pg.ClientConfig = {
    connectionString,
    keepAlive: true,
    application_name: `trimtab-${schema}`,
    options: `-c search_path=${schema} -c timezone=UTC`,
  };
  const pool = new pg.Pool({ ...clientConfig, max: maxConnections });
  traceQueries(pool, schema);
  pool.on('connect', (client) => traceQueries(client, schema));
  const stopObserving = observePool(pool, schema);
  // An idle connection that dies is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  // Nor may one that dies inside a transaction end it: the next statement fails instead.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  return {
    pool,
    schema,
    clientConfig,
    migrates: options.migrates ?? true,
    kysely,
    close: () => {
      stopObserving();
      return (closing ??= closeAll(kysely, pool));
    },
  };
}

/** Kysely ends a pool only after a query of its own. */
async function closeAll(kysely: { destroy(): Promise<void> }, pool: pg.Pool): Promise<void> {
  await kysely.destroy();
  if (!pool.ended) await pool.end();
}
