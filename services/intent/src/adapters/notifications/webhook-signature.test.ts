import { describe, expect, it } from 'vitest';
import { signWebhook } from './webhook-signature.js';

describe('the signature of a webhook', () => {
  it('is what openssl makes of timestamp, full stop and body', () => {
    // printf '1522800000.{"kind":"ROLL"}' | openssl dgst -sha256 -hmac 0123456789abcdef
    expect(signWebhook('0123456789abcdef', '1522800000', '{"kind":"ROLL"}')).toBe(
      'v1=4703d36a60fa2a97fce45a2d7771a2878f7ac51f433242997e2b6491ab69d99d',
    );
  });
});
