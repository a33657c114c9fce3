import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { contentHash, textHash } from './content-hash.js';
import { portableSha256, sha256Hex, useSha256 } from './sha256.js';

const platform = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the SHA-256 of a process', () => {
  afterEach(() => useSha256(portableSha256));

  it('is the portable one, until another is chosen, and no hash changes', () => {
    const texts = ['', 'abc', 'é\u{1F600}', '\ud800', 'x'.repeat(10_000)];
    const before = texts.map(sha256Hex);
    // FIPS 180-2, appendix B.1
    expect(before[1]).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    let calls = 0;
    useSha256((text) => {
      calls += 1;
      return platform(text);
    });
    calls = 0;
    expect(texts.map(sha256Hex)).toEqual(before);
    expect(calls).toBe(texts.length);
  });

  it.each([
    ['another function', (text: string) => createHash('sha512').update(text).digest('hex')],
    ['another spelling', (text: string) => platform(text).toUpperCase()],
    [
      'another encoding',
      (text: string) => createHash('sha256').update(text, 'latin1').digest('hex'),
    ],
    ['one that ends after a block', (text: string) => platform(text.slice(0, 64))],
  ])('is not %s', (_what, wrong) => {
    expect(() => useSha256(wrong)).toThrow(TypeError);
    expect(sha256Hex('abc')).toBe(platform('abc'));
  });
});

describe('the hash of written text', () => {
  it('is that of the document', () => {
    expect(textHash('t', '{"a":[1,"x"]}')).toBe(contentHash('t', { a: [1, 'x'] }));
  });
});
