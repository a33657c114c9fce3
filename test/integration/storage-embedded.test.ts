import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@trimtab/storage';
import { eventually } from '@trimtab/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let dataFolder: string;
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-embedded-'));
});
afterEach(async () => {
  await rm(dataFolder, { recursive: true, force: true });
});

async function query(connectionString: string, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data from one start to the next', async () => {
    const first = await startEmbeddedPostgres({ dataFolder });
    await query(first.connectionString, 'create table kept as select 7 as value');
    await first.stop();
    await first.stop();
    const second = await startEmbeddedPostgres({ dataFolder });
    expect(await query(second.connectionString, 'select value from kept')).toEqual([{ value: 7 }]);
    await second.stop();
  });

  it('is a real server with fsync on that listens on this machine only', async () => {
    const server = await startEmbeddedPostgres({ dataFolder });
    const settings = await query(
      server.connectionString,
      `select current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
              current_setting('server_version_num')::int >= 180000 as recent`,
    );
    expect(settings).toEqual([{ fsync: 'on', addresses: '127.0.0.1', recent: true }]);
    await server.stop();
  });

  it('asks for the password, which only the owner of the folder can read', async () => {
    const server = await startEmbeddedPostgres({ dataFolder });
    const wrong = new URL(server.connectionString);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(dataFolder, 'password'))).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('refuses a second server on the same folder and says who uses it', async () => {
    const server = await startEmbeddedPostgres({ dataFolder });
    const [pid] = (await readFile(join(dataFolder, 'cluster', 'postmaster.pid'), 'utf8')).split(
      '\n',
    );
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toThrow(
      `is in use by the PostgreSQL server with process id ${pid}`,
    );
    expect(await query(server.connectionString, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    await server.stop();
  });

  it('starts on a folder whose lock names a process that is no PostgreSQL', async () => {
    const server = await startEmbeddedPostgres({ dataFolder });
    await server.stop();
    const lock = join(dataFolder, 'cluster', 'postmaster.pid');
    await writeFile(lock, `${process.pid}\n`);
    const again = await startEmbeddedPostgres({ dataFolder });
    await again.stop();
  });

  it('says what the server said when it does not start', async () => {
    const server = await startEmbeddedPostgres({ dataFolder });
    const other = await mkdtemp(join(tmpdir(), 'trimtab-embedded-'));
    const port = Number(new URL(server.connectionString).port);
    await expect(startEmbeddedPostgres({ dataFolder: other, port })).rejects.toThrow(
      /did not start:[^]*could not bind/,
    );
    await server.stop();
    await rm(other, { recursive: true, force: true });
  });

  it('ends when the process that started it is killed', async () => {
    const starter = `
      import { startEmbeddedPostgres } from '@trimtab/storage';
      await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)} });
      process.stdout.write('up');
      setInterval(() => undefined, 1000);`;
    const child = spawn(
      process.execPath,
      ['--conditions=trimtab-source', '--import=tsx', '--input-type=module', '--eval', starter],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: join(import.meta.dirname, '../../libs/storage'),
      },
    );
    await new Promise((up) => child.stdout.once('data', up));
    child.kill('SIGKILL');
    const lock = join(dataFolder, 'cluster', 'postmaster.pid');
    await eventually(() =>
      stat(lock).then(
        () => undefined,
        () => true,
      ),
    );
    const again = await startEmbeddedPostgres({ dataFolder });
    await again.stop();
  });
});
