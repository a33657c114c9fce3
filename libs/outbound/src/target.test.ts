import { REFUSED_TARGETS } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import { createOutboundClient } from './client.js';

const client = createOutboundClient();

function reasonOf(url: string): string {
  const check = client.checkTarget(url);
  return check.ok ? 'ok' : check.reason;
}

describe('a target', () => {
  it.each(
    REFUSED_TARGETS.flatMap(([reason, payloads]) => payloads.map((url) => [reason, url] as const)),
  )('is refused with %s: %j', (reason, url) => expect(reasonOf(url)).toBe(reason));

  it('was tried in at least 100 ways', () => {
    expect(REFUSED_TARGETS.flatMap(([, payloads]) => payloads).length).toBeGreaterThanOrEqual(100);
  });

  it.each([
    'http://example.com',
    'https://EXAMPLE.com/hook?a=1#b',
    'https://example.com:443/',
    'http://example.com:8080/',
    'https://xn--bcher-kva.example/',
    'http://8.8.8.8/',
    'http://172.15.255.255/',
    'http://172.32.0.0/',
    'http://100.63.255.255/',
    'http://100.128.0.0/',
    'http://169.253.255.255/',
    'http://[2606:4700:4700::1111]/',
    `http://example.com/${'a'.repeat(2048 - 'http://example.com/'.length)}`,
  ])('is allowed: %s', (url) => expect(reasonOf(url)).toBe('ok'));

  it('says what was found and what is allowed, without the rest of the URL', () => {
    const check = client.checkTarget('http://10.0.0.1/secret-path');
    expect(check).toEqual({
      ok: false,
      reason: 'ADDRESS_REFUSED',
      message: '10.0.0.1 is not a public address (private)',
    });
  });
});

describe('a list of allowed private targets', () => {
  const listed = createOutboundClient({
    allowPrivate: ['127.0.0.1', '10.1.0.0/16', '::1', 'localhost', '169.254.0.0/16', 'fd00::/8'],
  });

  it.each([
    ['http://127.0.0.1:1/', 'ok'],
    ['http://127.0.0.2/', 'ADDRESS_REFUSED'],
    ['http://10.1.255.255:9999/', 'ok'],
    ['http://10.2.0.0/', 'ADDRESS_REFUSED'],
    ['http://[::1]:1/', 'ok'],
    ['http://localhost:1/', 'ok'],
    ['http://a.localhost/', 'HOST_REFUSED'],
    // A public target does not get more ports by what else is listed.
    ['http://8.8.8.8:1/', 'PORT_REFUSED'],
    // Metadata stays refused in a network that is listed.
    ['http://169.254.1.1/', 'ok'],
    ['http://169.254.169.254/', 'ADDRESS_REFUSED'],
    ['http://[fd00:ec2::254]/', 'ADDRESS_REFUSED'],
  ])('%s is %s', (url, reason) => {
    const check = listed.checkTarget(url);
    expect(check.ok ? 'ok' : check.reason).toBe(reason);
  });

  it.each(['', '10.0.0.0/33', '::1/129', '10.0.0/8', '0x7f.0.0.1', 'Local', 'a b', '10.0.0.0/8/8'])(
    'is refused as a whole with an entry like %j',
    (entry) => {
      const create = (): unknown => createOutboundClient({ allowPrivate: ['::1', entry] });
      expect(create).toThrow(`was "${entry}", must be`);
    },
  );
});
