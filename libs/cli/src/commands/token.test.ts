import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runToken } from './token.js';

describe('trimtab token', () => {
  it('makes tokens for users, and none with the name of a service', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'trimtab-token-'));
    const lines: string[] = [];
    const output = { json: false, line: (text: string): number => lines.push(text) };
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const run = (subject: string): Promise<number> =>
        runToken({ dataFolder, subject, scopes: [], lifetimeSeconds: 60 }, output);
      expect(await run('service:x')).toBe(1);
      expect(lines).toEqual([]);
      expect(error).toHaveBeenCalledWith(expect.stringContaining('service:x'));
      expect(await run('services')).toBe(0);
      expect(lines).toHaveLength(1);
    } finally {
      error.mockRestore();
    }
  });
});
