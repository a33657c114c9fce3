import { describe, expect, it } from 'vitest';
import { createVerifiedTokens } from './verified-tokens.js';

const caller = { subject: 'ada', scopes: new Set(['admin']) };

describe('a verified token', () => {
  it('is known for a minute, and not a millisecond longer', () => {
    const tokens = createVerifiedTokens();
    tokens.keep('a.b.c', caller, { nowMs: 1_000, expiresAtMs: 600_000 });
    expect(tokens.find('a.b.c', 60_999)).toBe(caller);
    expect(tokens.find('a.b.c', 61_000)).toBeUndefined();
  });

  it('is not known beyond its own end', () => {
    const tokens = createVerifiedTokens();
    tokens.keep('a.b.c', caller, { nowMs: 1_000, expiresAtMs: 5_000 });
    expect(tokens.find('a.b.c', 4_999)).toBe(caller);
    expect(tokens.find('a.b.c', 5_000)).toBeUndefined();
  });

  it('is known by its whole text only', () => {
    const tokens = createVerifiedTokens();
    tokens.keep('a.b.c', caller, { nowMs: 0, expiresAtMs: 5_000 });
    expect(tokens.find('a.b.d', 1)).toBeUndefined();
  });

  it('is not known at a time before it was verified', () => {
    const tokens = createVerifiedTokens();
    tokens.keep('a.b.c', caller, { nowMs: 1_000, expiresAtMs: 5_000 });
    expect(tokens.find('a.b.c', 999)).toBeUndefined();
  });

  it('is one of the last thousand', () => {
    const tokens = createVerifiedTokens();
    for (let index = 0; index <= 1_000; index += 1) {
      tokens.keep(`token ${index}`, caller, { nowMs: 0, expiresAtMs: 5_000 });
    }
    expect(tokens.find('token 0', 1)).toBeUndefined();
    expect(tokens.find('token 1', 1)).toBe(caller);
  });
});
