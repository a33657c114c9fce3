import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whom the server runs as; without ids: the user of this process. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** An account that every Unix has, for when there is no `postgres` account. */
const FALLBACK_ACCOUNT = 'nobody';

/**
 * PostgreSQL refuses to run as root. As root it is started as the owner of an existing data folder,
 * else as `postgres`, else as `nobody`; no account is made on the machine.
 * @throws Error when running as root and neither account exists
 */
export async function chooseServerUser(existingDataFolder?: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  if (existingDataFolder !== undefined) {
    const { uid, gid } = await stat(existingDataFolder);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', FALLBACK_ACCOUNT]) {
    const fields = accounts
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0) return { uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has neither a "postgres" nor a "nobody" account: run as another user, or set DATABASE_URL',
  );
}

/**
 * The folder of the machine for what a server that root started must reach when the clone is closed
 * to it. Only root writes here, so nobody can put programs or data in the way.
 */
export async function openMachineFolder(): Promise<string> {
  const folder = '/var/lib/trimtab';
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}

/** Whether the user can reach the folder: a parent such as /root may be closed to all but its owner. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  if (user.uid === undefined) return true;
  // Asked of the operating system itself: owners, groups and access lists would all have to be judged.
  return run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    uid: user.uid,
    gid: user.gid ?? user.uid,
    cwd: '/',
  }).then(
    () => true,
    () => false,
  );
}
