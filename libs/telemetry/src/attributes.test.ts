import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ATTRIBUTES } from './attributes.js';

interface Entry {
  readonly constant: string;
  readonly key: string;
  readonly type: string;
  readonly brief: string;
  readonly example: unknown;
}

async function registry(): Promise<readonly Entry[]> {
  const text = await readFile(new URL('../registry.yaml', import.meta.url), 'utf8');
  return (parse(text) as { attributes: Entry[] }).attributes;
}

describe('the attribute registry', () => {
  it('describes exactly the constants, each once', async () => {
    const entries = await registry();
    expect(Object.fromEntries(entries.map((entry) => [entry.constant, entry.key]))).toEqual(
      ATTRIBUTES,
    );
    expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
  });

  it('gives each attribute a type, a brief and an example of that type', async () => {
    for (const entry of await registry()) {
      expect(entry.key).toMatch(/^trimtab(\.[a-z_]+)+$/);
      expect(['string', 'int']).toContain(entry.type);
      expect(entry.brief).toMatch(/\.$/);
      expect(typeof entry.example, entry.key).toBe(entry.type === 'int' ? 'number' : 'string');
    }
  });
});
