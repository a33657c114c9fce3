import { describe, expect, it } from 'vitest';
import { canonicalText } from './canonical-text.js';
import { hashOf } from './hash.js';

describe('canonical text', () => {
  it('sorts members by UTF-16 code unit at every depth', () => {
    expect(canonicalText({ b: { z: 1, a: [2, { d: 3, c: null }] }, a: 'é"' })).toBe(
      '{"a":"é\\"","b":{"a":[2,{"c":null,"d":3}],"z":1}}',
    );
    expect(canonicalText({ '\uFB33': 1, '\u{1F600}': 2 })).toBe('{"\u{1F600}":2,"\uFB33":1}');
  });

  it('is hashed under its tag', () => {
    // sha256("tag\n{}")
    expect(hashOf('tag', {})).toBe(
      '01fbdacef2cc6706eff2bc2a50fee35b6fa066be31a39149dbf7b8eea9b80d6f',
    );
    expect(hashOf('a', {})).not.toBe(hashOf('b', {}));
  });
});
