import { describe, expect, it } from 'vitest';
import { verifyWebhook, type ReceivedWebhook } from './verify-webhook.js';

const SIGNED_AT = 1_522_800_000;
/** Made by hand: printf '1522800000.{"kind":"ROLL"}' | openssl dgst -sha256 -hmac 0123456789abcdef */
const GOOD: ReceivedWebhook = {
  secret: '0123456789abcdef',
  timestamp: String(SIGNED_AT),
  signature: 'v1=4703d36a60fa2a97fce45a2d7771a2878f7ac51f433242997e2b6491ab69d99d',
  body: '{"kind":"ROLL"}',
  now: new Date(SIGNED_AT * 1000),
};

function after(millis: number): ReceivedWebhook {
  return { ...GOOD, now: new Date(SIGNED_AT * 1000 + millis) };
}

describe('a webhook', () => {
  it('is verified with its body as text or as bytes', () => {
    expect(verifyWebhook(GOOD)).toBe(true);
    expect(verifyWebhook({ ...GOOD, body: Buffer.from('{"kind":"ROLL"}') })).toBe(true);
  });

  it.each([
    [300_000, true],
    [300_001, false],
    [-300_000, true],
    [-300_001, false],
  ])('that is %i ms old is verified: %s', (millis, expected) => {
    expect(verifyWebhook(after(millis))).toBe(expected);
  });

  it('is old by the clock of the receiver when no time is given', () => {
    const { now, ...received } = GOOD;
    expect(now).toBeDefined();
    expect(verifyWebhook(received)).toBe(false);
  });

  const mac = GOOD.signature.slice(3);
  it.each<[string, Partial<ReceivedWebhook>]>([
    ['a changed body', { body: '{"kind":"ROLL"} ' }],
    ['an empty body', { body: '' }],
    ['another secret', { secret: '0123456789abcdee' }],
    ['a later timestamp', { timestamp: String(SIGNED_AT + 1) }],
    ['the timestamp in another spelling', { timestamp: `0${SIGNED_AT}` }],
    ['no timestamp', { timestamp: '' }],
    ['a timestamp that is no number', { timestamp: 'now' }],
    ['a negative timestamp', { timestamp: `-${SIGNED_AT}` }],
    ['a signature without its version', { signature: mac }],
    ['a signature of another version', { signature: `v2=${mac}` }],
    ['a signature in capitals', { signature: `v1=${mac.toUpperCase()}` }],
    ['half a signature', { signature: `v1=${mac.slice(32)}` }],
    ['more than a signature', { signature: `v1=${mac}00` }],
    ['no signature', { signature: '' }],
    ['one changed digit', { signature: `v1=${mac.startsWith('0') ? '1' : '0'}${mac.slice(1)}` }],
  ])('with %s is refused', (_what, change) => {
    expect(verifyWebhook({ ...GOOD, ...change })).toBe(false);
  });

  it('is never verified with an empty secret', () => {
    expect(() => verifyWebhook({ ...GOOD, secret: '' })).toThrow(RangeError);
  });
});
