// Runs every test project and closes with one line over all runners: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'trimtab-tests-'));
let passed = 0;
let failed = 0;
let broken = false;
const failures = [];

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
    failures.push(...report.testResults.flatMap(namesOfFailures));
  } catch {
    failed += 1;
  }
  broken ||= run.status !== 0;
}

rmSync(folder, { recursive: true, force: true });
if (broken && failed === 0) failed = 1;
// Once more at the end, where a log that is cut shows them.
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** The failed tests of a file; a file that failed without one of them (a hook, a load) by its message. */
function namesOfFailures({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const tests = assertionResults.filter((test) => test.status === 'failed');
  if (tests.length > 0) return tests.map(({ fullName }) => `${file}: ${fullName}`);
  return status === 'failed' ? [`${file}: ${String(message).split('\n')[0]}`] : [];
}
