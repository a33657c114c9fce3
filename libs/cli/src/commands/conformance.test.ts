import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Output } from '../output.js';
import { runConformance, type ConformanceKind } from './conformance.js';

const FILES: readonly (readonly [ConformanceKind, string])[] = [
  ['solver', 'solver.json'],
  ['generate', 'ordergen-generate.json'],
  ['recalibrate', 'ordergen-recalibrate.json'],
  ['hash', 'content-hash.json'],
];

function collect(json = false): Output & { readonly lines: string[] } {
  const lines: string[] = [];
  return { json, lines, line: (text) => lines.push(text) };
}

function vectorFile(name: string): string {
  return new URL(`../../../../test/golden/vectors/${name}`, import.meta.url).pathname;
}

describe('trimtab conformance', () => {
  it.each(FILES)('passes every case of the %s vectors', (kind, file) => {
    const output = collect();
    expect(runConformance(kind, vectorFile(file), output)).toBe(0);
    expect(output.lines).toHaveLength(1);
    expect(output.lines[0]).toMatch(/^[1-9]\d* passed, 0 failed$/);
  });

  it('prints each difference and fails when a vector is not met', () => {
    const planted = readFileSync(vectorFile('content-hash.json'), 'utf8').replace(
      '09a61367',
      '19a61367',
    );
    const file = join(mkdtempSync(join(tmpdir(), 'trimtab-conformance-')), 'planted.json');
    writeFileSync(file, planted);
    const output = collect();
    expect(runConformance('hash', file, output)).toBe(1);
    expect(output.lines.length).toBeGreaterThan(1);
    expect(output.lines.at(-1)).toMatch(/^\d+ passed, 1 failed$/);
  });

  it('prints one JSON document when asked to', () => {
    const output = collect(true);
    runConformance('hash', vectorFile('content-hash.json'), output);
    expect(JSON.parse(output.lines.join('\n'))).toMatchObject({ failed: 0 });
  });

  it.each(['/no/such/file.json', new URL(import.meta.url).pathname])(
    'counts a file that cannot be read as one failure: %s',
    (file) => {
      const output = collect();
      expect(runConformance('hash', file, output)).toBe(1);
      expect(output.lines[0]).toContain(file);
      expect(output.lines.at(-1)).toBe('0 passed, 1 failed');
    },
  );

  it('fails on a file without cases', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'trimtab-conformance-')), 'empty.json');
    writeFileSync(file, '{"cases": []}');
    expect(runConformance('hash', file, collect())).toBe(1);
  });
});
