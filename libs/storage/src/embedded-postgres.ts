import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { runProgram, startServer, type ServerProcess } from './postgres-process.js';
import { canEnter, chooseServerUser, openMachineFolder, type ServerUser } from './postgres-user.js';

/** A running private PostgreSQL. */
export interface EmbeddedPostgres {
  /** Of the database `trimtab`, with its password. */
  readonly connectionString: string;
  /** Fast shutdown: running statements are cancelled, committed data is on disk. Idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made when missing, reused when there. One server at a time. */
  readonly dataFolder: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
}

interface Installation {
  readonly user: ServerUser;
  readonly folder: string;
  readonly password: string;
  readonly binaries: PostgresBinaries;
}

const PORT_ATTEMPTS = 5;
const OWNER_EXIT_MS = 3_000;

/**
 * Starts a real PostgreSQL 18 from npm on a folder of its own, listening on 127.0.0.1 only, with a
 * random password kept in that folder, fsync on. It ends with this process, even after kill -9.
 * @throws Error when another server uses the folder, or the server does not come up (with its words)
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const installation = await install(resolve(options.dataFolder));
  await refuseUsedFolder(installation.folder);
  const { server, port } = await startOnPort(installation, options.port ?? 0);
  const { password } = installation;
  return {
    connectionString: `postgres://trimtab:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  };
}

/** `<folder>/cluster` is the data directory, `<folder>/password` belongs to it. */
async function install(dataFolder: string): Promise<Installation> {
  const { folder, user } = await prepareFolder(dataFolder);
  const binaries = await preparePostgresBinaries(user);
  const passwordFile = join(folder, 'password');
  if (!(await exists(join(folder, 'cluster')))) {
    await writeOwned(user, passwordFile, randomBytes(18).toString('base64url'));
    const aside = join(folder, `cluster.${process.pid}`);
    await runProgram(user, binaries.initdb, [
      `--pgdata=${aside}`,
      '--username=trimtab',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
    ]);
    // Renamed when complete: an interrupted first start is made again, never half used.
    await rename(aside, join(folder, 'cluster'));
  }
  return { user, folder, binaries, password: (await readFile(passwordFile, 'utf8')).trim() };
}

/**
 * As root, a folder below one that is closed to the server's user (/root) holds only a note, and the
 * data lies below /var/lib/trimtab: the mode of somebody's home folder is not ours to change.
 */
async function prepareFolder(dataFolder: string): Promise<{ folder: string; user: ServerUser }> {
  await mkdir(dataFolder, { recursive: true });
  const known = (await exists(join(dataFolder, 'cluster'))) ? dataFolder : undefined;
  const user = await chooseServerUser(known);
  await own(user, dataFolder);
  if (await canEnter(user, dataFolder)) return { folder: dataFolder, user };
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const folder = join(await openMachineFolder(), name);
  await mkdir(folder, { recursive: true });
  const owner = (await exists(join(folder, 'cluster'))) ? await chooseServerUser(folder) : user;
  await own(owner, folder);
  await writeFile(join(dataFolder, 'LOCATION'), `${folder}\n`);
  return { folder, user: owner };
}

async function own(user: ServerUser, path: string): Promise<void> {
  if (user.uid !== undefined) await chown(path, user.uid, user.gid ?? user.uid);
  await chmod(path, 0o700);
}

async function writeOwned(user: ServerUser, file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600 });
  if (user.uid !== undefined) await chown(file, user.uid, user.gid ?? user.uid);
}

/**
 * PostgreSQL itself locks its folder; this check says so in words a reader can act on. It waits a
 * moment, because the server of a killed process needs one to notice and end.
 */
async function refuseUsedFolder(folder: string): Promise<void> {
  const deadline = Date.now() + OWNER_EXIT_MS;
  for (;;) {
    const owner = await lockOwner(folder);
    if (owner === undefined) return;
    if (Date.now() >= deadline) {
      throw new Error(
        `the data folder ${folder} is in use by the PostgreSQL server with process id ${owner}: stop what started it, or choose another folder`,
      );
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

async function lockOwner(folder: string): Promise<number | undefined> {
  const lock = join(folder, 'cluster', 'postmaster.pid');
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined || command.includes('postgres')) return pid;
  // After a crash of the machine or container the id may belong to anybody; PostgreSQL would refuse.
  await rm(lock, { force: true });
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return isErrorCode(error, 'EPERM');
  }
}

async function startOnPort(
  installation: Installation,
  wanted: number,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted === 0 ? await freePort() : wanted;
    try {
      return { server: await startServer({ ...installation, port }), port };
    } catch (error) {
      // Another process may have taken the free port between the look and the start.
      const taken = error instanceof Error && error.message.includes('could not bind');
      if (wanted !== 0 || !taken || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
