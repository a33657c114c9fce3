import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@trimtab/storage';
import pg from 'pg';
import { eventually } from './eventually.js';

/** A PostgreSQL of one test, which may be ended without warning. */
export interface PrivatePostgres {
  readonly connectionString: string;
  /** Ends the postmaster with SIGKILL and starts a server on the same data and port again. */
  strike(): Promise<void>;
  /** Stops it for good and deletes its folder, unless it was given. */
  dispose(): Promise<void>;
}

const RESTART_TIMEOUT_MS = 30_000;

/** Starts a server on a folder of its own, or on a given one, which stays. */
export async function startPrivatePostgres(given?: string): Promise<PrivatePostgres> {
  const dataFolder = given ?? (await mkdtemp(join(tmpdir(), 'trimtab-test-postgres-')));
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataFolder });
  const { connectionString } = server;
  const port = Number(new URL(connectionString).port);
  return {
    connectionString,
    strike: async () => {
      process.kill(await postmasterOf(connectionString), 'SIGKILL');
      await server.stop();
      // Its orphans need a moment to see that it is gone; until then the folder is theirs.
      server = await eventually(() => startEmbeddedPostgres({ dataFolder, port }), {
        what: 'the restart of PostgreSQL',
        timeoutMs: RESTART_TIMEOUT_MS,
      });
    },
    dispose: async () => {
      await server.stop();
      if (given === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The process id of the server itself, not of one of its connections. */
async function postmasterOf(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ file: string }>(
      `select pg_read_file('postmaster.pid') as file`,
    );
    return Number.parseInt(rows[0]?.file ?? '', 10);
  } finally {
    await client.end();
  }
}
