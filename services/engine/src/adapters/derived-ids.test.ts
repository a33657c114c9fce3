import { describe, expect, it } from 'vitest';
import { derivedIds } from './derived-ids.js';

describe('derivedIds', () => {
  it('gives the same parts the same id in every process', () => {
    expect(derivedIds.of('report', 'w1', 7)).toBe(derivedIds.of('report', 'w1', 7));
  });

  it('gives other parts another id, wherever the border between them is', () => {
    const ids = [
      derivedIds.of('a', 'b'),
      derivedIds.of('ab'),
      derivedIds.of('a', 'b', ''),
      derivedIds.of('b', 'a'),
      derivedIds.of('a', 1),
      derivedIds.of('a', '1'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
