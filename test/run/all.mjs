// Runs every test project and closes with one line over all runners: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'trimtab-tests-'));
let passed = 0;
let failed = 0;
let broken = false;

for (const project of ['unit', 'integration']) {
  const output = join(folder, `${project}.json`);
  const run = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ],
    { stdio: 'inherit' },
  );
  try {
    const report = JSON.parse(readFileSync(output, 'utf8'));
    passed += report.numPassedTests;
    // A file that could not be loaded runs no test, and counts as one failure.
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    failed += report.numFailedTests + unloaded;
  } catch {
    failed += 1;
  }
  broken ||= run.status !== 0;
}

rmSync(folder, { recursive: true, force: true });
if (broken && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
