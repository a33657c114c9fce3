import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, existsSync } from 'node:fs';
import { appendFile, chown, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '@trimtab/testkit';

const execute = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** A PostgreSQL of the machine's packages, whose log is archived. */
export interface ArchivingPostgres {
  readonly connectionString: string;
  /** Writes a dump of everything into a file. */
  dump(file: string): Promise<void>;
  /** Reads a dump into a new database; answers with its address. */
  restoreDump(file: string, database: string): Promise<string>;
  /** Copies the running server's files to `<folder>/cluster`, for `startRecovered`. */
  baseBackup(folder: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where the newest server of the machine's packages has its programs, if it has any. */
export function systemPostgres(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const newest = readdirSync(VERSIONS)
    .filter((version) => existsSync(join(VERSIONS, version, 'bin/pg_basebackup')))
    .sort((left, right) => Number(right) - Number(left))[0];
  return newest === undefined ? undefined : join(VERSIONS, newest, 'bin');
}

/** Makes a server in `<folder>/cluster` that archives its log to `<folder>/archive`, and starts it. */
export async function startArchivingPostgres(
  programs: string,
  folder: string,
): Promise<ArchivingPostgres> {
  const cluster = join(folder, 'cluster');
  const archive = join(folder, 'archive');
  const passwordFile = join(folder, 'password');
  const user = serverUser();
  await mkdir(archive, { recursive: true });
  await writeFile(passwordFile, randomBytes(18).toString('hex'));
  for (const path of [folder, archive, passwordFile]) await give(path, user);
  const auth = ['--username=trimtab', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await run(programs, 'initdb', `--pgdata=${cluster}`, '--encoding=UTF8', '--no-locale', ...auth);
  await appendFile(
    join(cluster, 'postgresql.conf'),
    [
      ...[
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = ''",
        'max_connections = 100',
      ],
      ...['archive_mode = on', `archive_command = 'cp %p ${archive}/%f'`],
      '',
    ].join('\n'),
  );
  return startOn(programs, folder);
}

/** Starts a server on a base backup in `<folder>/cluster`, rolled forward to a named point and no further. */
export async function startRecovered(
  programs: string,
  folder: string,
  from: { readonly archive: string; readonly point: string },
): Promise<ArchivingPostgres> {
  const cluster = join(folder, 'cluster');
  await appendFile(
    join(cluster, 'postgresql.conf'),
    [
      `restore_command = 'cp ${from.archive}/%f %p'`,
      `recovery_target_name = '${from.point}'`,
      "recovery_target_action = 'promote'",
      'archive_mode = off',
      '',
    ].join('\n'),
  );
  await writeFile(join(cluster, 'recovery.signal'), '');
  await give(join(cluster, 'recovery.signal'), serverUser());
  return startOn(programs, folder);
}

async function startOn(programs: string, folder: string): Promise<ArchivingPostgres> {
  const cluster = join(folder, 'cluster');
  const [port] = await freePorts(1);
  const password = execFileSync('cat', [join(folder, 'password')], { encoding: 'utf8' });
  const address = (database: string): string =>
    `postgres://trimtab:${password}@127.0.0.1:${port}/${database}`;
  const control = (...words: readonly string[]): Promise<void> =>
    run(programs, 'pg_ctl', `--pgdata=${cluster}`, '--wait', '--silent', ...words);
  await control('start', `--options=-p ${port}`, `--log=${join(folder, 'server.log')}`);
  return {
    connectionString: address('postgres'),
    dump: (file) =>
      run(
        programs,
        'pg_dump',
        '--format=custom',
        `--file=${file}`,
        `--dbname=${address('postgres')}`,
      ),
    restoreDump: async (file, database) => {
      const where = `--maintenance-db=${address('postgres')}`;
      await run(programs, 'createdb', where, database);
      await run(programs, 'pg_restore', '--exit-on-error', `--dbname=${address(database)}`, file);
      return address(database);
    },
    baseBackup: async (target) => {
      await mkdir(target);
      await give(target, serverUser());
      await cp(join(folder, 'password'), join(target, 'password'));
      await run(
        programs,
        'pg_basebackup',
        `--pgdata=${join(target, 'cluster')}`,
        `--dbname=${address('postgres')}`,
        '--checkpoint=fast',
      );
    },
    stop: () => control('stop', '--mode=immediate'),
  };
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The server refuses to run as root; the packages have a user for it. */
function serverUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function give(path: string, user: User | undefined): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

async function run(programs: string, program: string, ...words: readonly string[]): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
  await execute(join(programs, program), [...words], { ...serverUser(), cwd: '/', env });
}
