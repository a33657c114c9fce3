import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createKeptDocuments } from './kept-documents.js';
import { createOracleSource } from './sources.js';
import { HELD_SNAPSHOT, SNAPSHOT_HASH } from './snapshot.fixture.js';

const sized = (length: number) => ({ bytes: new Uint8Array(length) });

describe('kept documents', () => {
  it('hold as many bytes as they may, and lose the least recently used ones first', () => {
    const kept = createKeptDocuments<{ readonly bytes: Uint8Array }>(10);
    kept.put('a', sized(4));
    kept.put('b', sized(6));
    expect(kept.get('a')).toBeDefined();
    kept.put('c', sized(1));
    expect([kept.get('a'), kept.get('b'), kept.get('c')].map((one) => one !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('count a document once that comes twice, and do not hold one that is too large', () => {
    const kept = createKeptDocuments<{ readonly bytes: Uint8Array }>(10);
    kept.put('a', sized(6));
    kept.put('a', sized(6));
    kept.put('b', sized(4));
    expect(kept.get('a')).toBeDefined();
    kept.put('c', sized(11));
    expect(kept.get('c')).toBeUndefined();
  });
});

describe('a snapshot that is kept', () => {
  const TAKEN = instant(HELD_SNAPSHOT.takeTime?.getTime() ?? 0);
  const call = {
    caller: { subject: 'ada', scopes: new Set<never>() },
    signal: new AbortController().signal,
    deadline: undefined,
  };

  function sourceOf() {
    const asked: string[] = [];
    let takeTime = HELD_SNAPSHOT.takeTime;
    const source = createOracleSource({
      getSnapshot: async ({ snapshotHash }) => {
        asked.push(snapshotHash);
        return { snapshot: { ...HELD_SNAPSHOT, takeTime } };
      },
      takeSnapshot: () => Promise.reject(new Error('nobody takes one')),
    });
    return { source, asked, takeAgain: (time: number) => (takeTime = new Date(time)) };
  }

  it('is asked for once, while it is as young as it has to be', async () => {
    const { source, asked } = sourceOf();
    const first = await source.getSnapshot(SNAPSHOT_HASH, call, TAKEN);
    expect(await source.getSnapshot(SNAPSHOT_HASH, call, TAKEN)).toBe(first);
    expect(asked).toHaveLength(1);
  });

  it('is asked for again when it was taken too long ago: it may have been taken since', async () => {
    const { source, asked, takeAgain } = sourceOf();
    await source.getSnapshot(SNAPSHOT_HASH, call, TAKEN);
    takeAgain(TAKEN + 5);
    const since = instant(TAKEN + 1);
    expect((await source.getSnapshot(SNAPSHOT_HASH, call, since)).takeTime).toBe(TAKEN + 5);
    await source.getSnapshot(SNAPSHOT_HASH, call, since);
    expect(asked).toHaveLength(2);
  });

  it('is always asked for by those who do not say how young it has to be', async () => {
    const { source, asked } = sourceOf();
    await source.getSnapshot(SNAPSHOT_HASH, call);
    await source.getSnapshot(SNAPSHOT_HASH, call);
    expect(asked).toHaveLength(2);
  });

  it('was verified: what has another hash is refused and not kept', async () => {
    const { source, asked } = sourceOf();
    const other = 'f'.repeat(64);
    await expect(source.getSnapshot(other, call, TAKEN)).rejects.toThrow('has the hash');
    await expect(source.getSnapshot(other, call, TAKEN)).rejects.toThrow('has the hash');
    expect(asked).toEqual([other, other]);
  });
});
