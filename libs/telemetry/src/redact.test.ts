import { describe, expect, it } from 'vitest';
import { redactFields, redactText } from './redact.js';

describe('redactText', () => {
  it.each([
    ['Bearer abc.def.ghi refused', 'Bearer [redacted] refused'],
    ['token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0. seen', 'token [redacted] seen'],
    ['postgres://trimtab:hunter2@db:5432/trimtab', 'postgres://[redacted]@db:5432/trimtab'],
    ['nats://127.0.0.1:4222', 'nats://127.0.0.1:4222'],
    ['https://hook.example/x?secret=abc&y=1', 'https://hook.example/x?secret=[redacted]&y=1'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- read', '[redacted] read'],
    ['-----BEGIN EC PRIVATE KEY-----\ncut off', '[redacted]'],
    ['must be "Bearer <token>"', 'must be "Bearer <token>"'],
  ])('writes "%s" as "%s"', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

describe('redactFields', () => {
  it('hides values by the name of their field, at any depth', () => {
    expect(
      redactFields({
        headers: { authorization: 'x', Cookie: 'y' },
        DATABASE_URL: 'z',
        vaultId: 'v1',
      }),
    ).toEqual({
      headers: { authorization: '[redacted]', Cookie: '[redacted]' },
      DATABASE_URL: '[redacted]',
      vaultId: 'v1',
    });
  });

  it('keeps the cause of an error and hides secrets in its message', () => {
    const error = new Error('outer', { cause: new Error('connect postgres://a:b@c/d') });
    expect(redactFields({ error })).toMatchObject({
      error: {
        type: 'Error',
        message: 'outer',
        cause: { message: 'connect postgres://[redacted]@c/d' },
      },
    });
  });

  it('writes big integers as text and bytes as their count', () => {
    expect(redactFields({ sequence: 9007199254740993n, payload: new Uint8Array(3) })).toEqual({
      sequence: '9007199254740993',
      payload: '[3 bytes]',
    });
  });

  it('cuts a value that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redactFields(loop))).toContain('[cut]');
  });
});
