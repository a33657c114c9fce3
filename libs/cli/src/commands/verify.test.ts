import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Output } from '../output.js';
import { runVerify } from './verify.js';

function collect(json = false): Output & { readonly lines: string[] } {
  const lines: string[] = [];
  return { json, lines, line: (text) => lines.push(text) };
}

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'trimtab-verify-')), 'bundle.json');
  writeFileSync(file, text);
  return file;
}

describe('trimtab verify', () => {
  it('names the first difference and fails', async () => {
    const output = collect();
    expect(await runVerify(fileWith('{"version":2}'), output)).toBe(1);
    expect(output.lines).toEqual(['not verified: snapshot: found absent, expected a value']);
  });

  it('says it as one JSON document when asked to', async () => {
    const output = collect(true);
    expect(await runVerify(fileWith('{"version":2}'), output)).toBe(1);
    expect(JSON.parse(output.lines.join('\n'))).toEqual({
      verified: false,
      difference: { path: 'snapshot', found: 'absent', expected: 'a value' },
    });
  });

  it('fails on a file that cannot be read', async () => {
    const output = collect();
    expect(await runVerify('/no/such/bundle.json', output)).toBe(1);
    expect(output.lines[0]).toContain('/no/such/bundle.json');
  });
});
