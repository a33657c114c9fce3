import { describe, expect, it } from 'vitest';
import { expectedEtag, tokenOf } from './caller-token.js';
import { requestIdOf } from './request-id.js';

const UUID = 'b3b0c1de-93b5-4a4c-8c4f-3f2a5c1d7e90';

describe('the request id of an Idempotency-Key', () => {
  it('is the key if it is a UUID, in lower case, with or without quotes', () => {
    expect(requestIdOf(UUID)).toBe(UUID);
    expect(requestIdOf(`"${UUID.toUpperCase()}"`)).toBe(UUID);
  });

  it('is a UUID of version 5 for any other key, the same one each time', () => {
    expect(requestIdOf('order-7')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
    );
    expect(requestIdOf('order-7')).toBe(requestIdOf('"order-7"'));
    expect(requestIdOf('order-7')).not.toBe(requestIdOf('order-8'));
    expect(requestIdOf('x'.repeat(255))).toHaveLength(36);
  });

  it('is a fresh one without a key', () => {
    expect(requestIdOf(undefined)).not.toBe(requestIdOf(undefined));
  });

  it.each(['', '""', 'two words', 'é', 'x'.repeat(256)])('refuses %j', (key) => {
    expect(() => requestIdOf(key)).toThrow('Idempotency-Key');
  });
});

describe('the token of a request', () => {
  it('is passed on as it is', () => {
    expect(tokenOf('Bearer a.b.c')).toBe('a.b.c');
    expect(tokenOf('bearer a.b.c')).toBe('a.b.c');
    expect(tokenOf(undefined)).toBe(undefined);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic x', 'Bearer a b'])('refuses %j', (header) => {
    expect(() => tokenOf(header)).toThrow('Bearer <token>');
  });
});

describe('the etag of If-Match', () => {
  it('is one strong etag, or any', () => {
    expect(expectedEtag('"abc"')).toBe('"abc"');
    expect(expectedEtag('*')).toBe('');
    expect(expectedEtag(undefined)).toBe('');
  });

  it.each(['', 'abc', 'W/"abc"', '"a", "b"', '""'])('refuses %j', (header) => {
    expect(() => expectedEtag(header)).toThrow('If-Match');
  });
});
