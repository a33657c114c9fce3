import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES, chunksOf } from './chunks.js';

const sizes = (text: string): readonly number[] => [...chunksOf(text)].map(({ length }) => length);

describe('a streamed document', () => {
  it('is cut into pieces of at most 64 KiB, the rest last', () => {
    expect(CHUNK_BYTES).toBe(64 * 1024);
    expect(sizes('a'.repeat(CHUNK_BYTES))).toEqual([CHUNK_BYTES]);
    expect(sizes('a'.repeat(CHUNK_BYTES + 1))).toEqual([CHUNK_BYTES, 1]);
    expect(sizes('')).toEqual([]);
  });

  it('is counted in bytes, and comes together again where a character is cut', () => {
    const text = `a${'é'.repeat(CHUNK_BYTES)}`;
    expect(sizes(text)).toEqual([CHUNK_BYTES, CHUNK_BYTES, 1]);
    expect(Buffer.concat([...chunksOf(text)]).toString('utf8')).toBe(text);
  });
});
