import { readList, readRecord, VectorShapeError, type JsonRecord } from './read-json.js';

/** The outcome of running a vector file. */
export interface ConformanceReport {
  readonly passed: number;
  readonly failed: number;
  /** One line for each difference, with the name of its case. */
  readonly differences: readonly string[];
}

/**
 * Runs every case of a vector file (`{ cases: [...] }`). A case that cannot be read fails with the
 * place that is wrong, and the others still run; a file without cases fails as one.
 */
export function runCases(
  file: unknown,
  differencesOf: (testCase: JsonRecord) => readonly string[],
): ConformanceReport {
  const cases = attempt(() => readList(readRecord(file, 'the file')['cases'], 'cases'));
  if (!cases.ok) return { passed: 0, failed: 1, differences: [cases.message] };
  let passed = 0;
  const differences: string[] = [];
  cases.value.forEach((entry, index) => {
    const run = attempt(() => differencesOf(readRecord(entry, 'the case')));
    const found = run.ok ? run.value : [run.message];
    if (found.length === 0) passed += 1;
    const name = nameOf(entry, index);
    differences.push(...found.map((difference) => `${name}: ${difference}`));
  });
  return { passed, failed: cases.value.length - passed, differences };
}

function nameOf(entry: unknown, index: number): string {
  const name =
    typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' ? `case "${name}"` : `case ${index}`;
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { ok: false; message: string };

/** A vector is input: what it makes the rules refuse is a failed case, not a crash. */
function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof VectorShapeError) return { ok: false, message: error.message };
    return {
      ok: false,
      message: `was refused: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}
