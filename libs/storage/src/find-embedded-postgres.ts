import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The port is the fourth line of the file with which PostgreSQL locks its data directory. */
const PORT_LINE = 3;

/**
 * The private PostgreSQL that another process runs on a data folder, as `startEmbeddedPostgres` made
 * it. Absent when none runs there.
 */
export async function findEmbeddedPostgres(dataFolder: string): Promise<string | undefined> {
  const given = resolve(dataFolder);
  const elsewhere = await readText(join(given, 'LOCATION'));
  const folder = elsewhere ?? given;
  const lock = await readText(join(folder, 'cluster', 'postmaster.pid'));
  const password = await readText(join(folder, 'password'));
  const port = lock?.split('\n').at(PORT_LINE)?.trim();
  if (port === undefined || password === undefined) return undefined;
  return `postgres://trimtab:${password}@127.0.0.1:${port}/postgres`;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
