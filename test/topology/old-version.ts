import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The version that is upgraded from while there is no release: the first that starts on tables which a
 * newer one has migrated.
 */
const FIRST_VERSION = '3d09994';

/** The newest release, else the first version that can be rolled back to; undefined in a clone without it. */
export function oldVersion(): string | undefined {
  const release = output('git', ['describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*']);
  const wanted = release === '' ? FIRST_VERSION : release;
  const found = output('git', ['rev-parse', '--verify', '--quiet', `${wanted}^{commit}`]);
  return found === '' ? undefined : found;
}

/**
 * Builds OrderGen as it was at a commit, beside this tree and with its dependencies; answers with the
 * folder. What was built once stays.
 */
export function buildOrderGenOf(commit: string): string {
  const folder = resolve('.trimtab', 'versions', commit);
  if (existsSync(join(folder, 'services/ordergen/dist/main.js'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = execFileSync('git', ['archive', commit], { maxBuffer: 512 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', folder], { input: sources });
  // Links, not copies; those of the workspaces are relative, and lead into the folder.
  execFileSync('cp', ['-al', 'node_modules', folder]);
  execFileSync('npx', ['tsc', '-b', 'services/ordergen'], { cwd: folder, stdio: 'inherit' });
  return folder;
}

function output(program: string, words: readonly string[]): string {
  try {
    return execFileSync(program, [...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
