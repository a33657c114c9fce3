import { canonicalJson, contentHash, type JsonValue } from '@trimtab/canonical';
import { runCases, type ConformanceReport } from '@trimtab/canonical';
import { readText, type JsonRecord } from '@trimtab/canonical';

/** Runs a file of content-hash vectors: document, its canonical JSON, and its hash under a tag. */
export function conformHash(file: unknown): ConformanceReport {
  return runCases(file, hashDifferences);
}

function hashDifferences(testCase: JsonRecord): readonly string[] {
  // Whatever JSON.parse returns is a JsonValue.
  const document = testCase['document'] as JsonValue;
  const differences: string[] = [];
  const expect = (field: string, actual: string): void => {
    const expected = readText(testCase[field], field);
    if (actual !== expected) differences.push(`${field} was ${actual}, expected ${expected}`);
  };
  expect('canonical', canonicalJson(document));
  expect('sha256', contentHash(readText(testCase['tag'], 'tag'), document));
  return differences;
}
