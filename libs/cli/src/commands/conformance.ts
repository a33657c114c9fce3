import { readFileSync } from 'node:fs';
import { conformGenerate, conformRecalibrate } from '@trimtab/ordergen/domain';
import { conformHash, conformSolver, type ConformanceReport } from '@trimtab/solver/domain';
import { toJson, type Output } from '../output.js';

/** The kinds of vector files, each with the function that runs it. */
const RUNNERS = {
  solver: conformSolver,
  generate: conformGenerate,
  recalibrate: conformRecalibrate,
  hash: conformHash,
} as const satisfies Record<string, (file: unknown) => ConformanceReport>;

/** A kind of vector file. */
export type ConformanceKind = keyof typeof RUNNERS;

/** The kinds, for the help text and the check of the argument. */
export const CONFORMANCE_KINDS = Object.keys(RUNNERS) as readonly ConformanceKind[];

/**
 * Runs a vector file: prints each difference and last `N passed, M failed`.
 *
 * @returns the exit code: 0 when every case passed and there was at least one
 */
export function runConformance(kind: ConformanceKind, file: string, output: Output): number {
  const report = runFile(kind, file);
  if (output.json) output.line(toJson(report));
  else {
    for (const difference of report.differences) output.line(difference);
    output.line(`${report.passed} passed, ${report.failed} failed`);
  }
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}

/** A file that cannot be read as JSON is one failure, with its reason. */
function runFile(kind: ConformanceKind, file: string): ConformanceReport {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return RUNNERS[kind](document);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: 1, differences: [`${file}: ${why}`] };
  }
}
