import { describe, expect, it } from 'vitest';
import { quoted, shortened } from './quoted.js';

describe('shortened', () => {
  it('keeps 64 characters and cuts the 65th', () => {
    expect(shortened('a'.repeat(64))).toBe('a'.repeat(64));
    expect(shortened('a'.repeat(65))).toBe(`${'a'.repeat(64)}…`);
  });

  it('never leaves half of a surrogate pair', () => {
    expect(shortened(`${'a'.repeat(63)}😀`)).toBe(`${'a'.repeat(63)}…`);
    expect(shortened(`${'a'.repeat(62)}😀b`)).toBe(`${'a'.repeat(62)}😀…`);
  });
});

describe('quoted', () => {
  it('puts the cut text in quotes and escapes what a log line cannot hold', () => {
    expect(quoted('a\n')).toBe(String.raw`"a\n"`);
    expect(quoted('a'.repeat(1000))).toBe(`"${'a'.repeat(64)}…"`);
  });
});
