import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The client and everything of ours that it needs. */
const PACKAGES = [
  'client',
  'contracts',
  'core',
  'decimal',
  'grpc',
  'lifecycle',
  'strategy',
  'telemetry',
];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'libs', name, 'package.json'), 'utf8')) as Manifest;
}

/** The source's example up to its request, as a program of somebody else. */
const PROGRAM = `
import { createFromTemplate, createTrimtabClient, deriveParams, validateStrategyConfig } from '@trimtab/client';

const strategy = createFromTemplate('treasury', { config: { strikeRatio: 0.55 } });
const validation = validateStrategyConfig('treasury', strategy.config, strategy.constraints);
const params = deriveParams(strategy.config, strategy.constraints);
const client = createTrimtabClient({ addresses: { intent: '127.0.0.1:1' }, deadlineMs: 1 });
const refused: string = await client.intents
  .getIntent({ intentId: 'x' })
  .then(() => 'answered', (error: unknown) => (error instanceof Error ? error.name : 'unknown'));
client.close();
console.log(JSON.stringify({ strike: strategy.config.strikeRatio, valid: validation.valid, params, refused }));
`;

describe('the published packages', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trimtab-package-'));
    for (const name of PACKAGES) install(name, folder);
    link('typescript', folder);
    link('@types/node', folder);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(PACKAGES)('%s names only packages that can be installed', (name) => {
    const { private: isPrivate, dependencies = {} } = manifestOf(name);
    expect(isPrivate).toBeUndefined();
    const ours = Object.keys(dependencies).filter((each) => each.startsWith('@trimtab/'));
    for (const each of ours) expect(PACKAGES).toContain(each.slice('@trimtab/'.length));
  });

  it('type-check and run from their archives alone', () => {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const run = (args: readonly string[]): string =>
      execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    run([compiler, ...options, '--skipLibCheck', 'program.ts']);
    expect(JSON.parse(run(['program.js']))).toEqual({
      strike: '0.55',
      valid: true,
      params: {
        expectedRollsPerYear: 13,
        estimatedMaxAnnualCostBps: 130,
        isPaperOptimal: false,
      },
      refused: 'DomainFailure',
    });
  });
});

/** Unpacks the archive of a package, and links what it names of others. */
function install(name: string, folder: string): void {
  const target = join(folder, 'node_modules/@trimtab', name);
  mkdirSync(target, { recursive: true });
  const workspace = join(ROOT, 'libs', name);
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder, workspace];
  const archive = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', target]);
  const others = Object.keys(manifestOf(name).dependencies ?? {});
  for (const other of others) if (!other.startsWith('@trimtab/')) link(other, folder);
}

function link(name: string, folder: string): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(join(ROOT, 'node_modules', name), path);
}
