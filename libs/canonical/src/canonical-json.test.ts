import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';
import { contentHash } from './content-hash.js';
import { partitionOf } from './partition.js';

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 code unit at every depth', () => {
    expect(canonicalJson({ b: { z: 1, a: 2 }, a: [], '10': 0, '9': 0 })).toBe(
      '{"10":0,"9":0,"a":[],"b":{"a":2,"z":1}}',
    );
    // U+FB33 sorts after the surrogate pair of U+1F600, unlike by code point (RFC 8785, 3.2.3)
    expect(canonicalJson({ '\uFB33': 1, '\u{1F600}': 2 })).toBe('{"\u{1F600}":2,"\uFB33":1}');
  });

  it('leaves out absent fields and keeps null', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  it('escapes as JSON does and nothing more', () => {
    expect(canonicalJson('é\n"\u0001/')).toBe('"é\\n\\"\\u0001/"');
  });

  it('writes numbers as RFC 8785 does', () => {
    // From the table of the RFC's appendix B.
    expect(canonicalJson([0.5, 1e21, 1e-7, 333333333.3333333, 9007199254740991])).toBe(
      '[0.5,1e+21,1e-7,333333333.3333333,9007199254740991]',
    );
  });

  it('refuses numbers that are not finite and broken Unicode', () => {
    expect(() => canonicalJson(Infinity)).toThrow(TypeError);
    expect(() => canonicalJson(NaN)).toThrow(TypeError);
    expect(() => canonicalJson('\uD800')).toThrow(TypeError);
  });

  it('writes minus zero as zero', () => {
    expect(canonicalJson(-0)).toBe('0');
  });

  it('keeps a key named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1}') as Record<string, number>)).toBe(
      '{"__proto__":1}',
    );
  });
});

describe('contentHash', () => {
  it('separates documents of different tags', () => {
    expect(contentHash('a', {})).not.toBe(contentHash('b', {}));
  });
});

describe('partitionOf', () => {
  it('takes the first four bytes big-endian, modulo 16', () => {
    // sha256("abc") starts with ba 78 16 bf; 0xba7816bf mod 16 = 15
    expect(partitionOf('abc')).toBe(15);
    // sha256("") starts with e3 b0 c4 42; mod 16 = 2
    expect(partitionOf('')).toBe(2);
  });
});
