import { describe, expect, it } from 'vitest';
import { createOutboundClient } from './client.js';

const client = createOutboundClient();

function reasonOf(url: string): string {
  const check = client.checkTarget(url);
  return check.ok ? 'ok' : check.reason;
}

/** Each payload with the reason that it must be refused for. */
const PAYLOADS: readonly (readonly [reason: string, payloads: readonly string[]])[] = [
  [
    'ADDRESS_REFUSED',
    [
      // loopback, unspecified, broadcast
      'http://127.0.0.1/',
      'http://127.0.0.1:8080/',
      'http://127.1.2.3/',
      'http://127.255.255.254/',
      'http://0.0.0.0/',
      'http://0.1.2.3/',
      'http://255.255.255.255/',
      'http://[::1]/',
      'http://[::]/',
      // private networks and their ends
      'http://10.0.0.0/',
      'http://10.255.255.255/',
      'http://172.16.0.1/',
      'http://172.31.255.255/',
      'http://192.168.0.1/',
      'http://192.168.255.255/',
      'http://[fc00::1]/',
      'http://[fdff:ffff::1]/',
      'http://[fec0::1]/',
      // link-local, carrier-grade NAT, multicast, reserved, documentation, benchmarks
      'http://169.254.1.1/',
      'http://[fe80::1]/',
      'http://[febf::1]/',
      'http://100.64.0.1/',
      'http://100.127.255.255/',
      'http://224.0.0.1/',
      'http://239.255.255.255/',
      'http://[ff02::1]/',
      'http://240.0.0.1/',
      'http://192.0.0.1/',
      'http://192.0.2.1/',
      'http://198.18.0.1/',
      'http://198.19.255.255/',
      'http://198.51.100.1/',
      'http://203.0.113.1/',
      'http://192.88.99.1/',
      'http://[2001:db8::1]/',
      'http://[3fff::1]/',
      'http://[100::1]/',
      'http://[5f00::1]/',
      'http://[4000::1]/',
      // metadata services of clouds
      'http://169.254.169.254/latest/meta-data/',
      'http://169.254.170.2/v2/credentials',
      'http://[fd00:ec2::254]/',
      'http://192.0.0.192/',
      'http://100.100.100.200/',
      'http://168.63.129.16/',
      // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo
      'http://[::ffff:7f00:1]/',
      'http://[::ffff:808:808]/',
      'http://[::ffff:a9fe:a9fe]/',
      'http://[::7f00:1]/',
      'http://[::ffff:0:7f00:1]/',
      'http://[64:ff9b::7f00:1]/',
      'http://[64:ff9b::a00:1]/',
      'http://[64:ff9b:1::a00:1]/',
      'http://[2002:7f00:1::]/',
      'http://[2002:a00:1::1]/',
      'http://[2001:0:4136:e378::7f00:1]/',
    ],
  ],
  [
    'ADDRESS_SPELLING',
    [
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0x7f.0.0.1/',
      'http://0x7F.0x0.0x0.0x1/',
      'http://0177.0.0.1/',
      'http://017700000001/',
      'http://127.1/',
      'http://127.0.1/',
      'http://0/',
      'http://0x0/',
      'http://127.0.0.1./',
      'http://127.000.000.001/',
      'http://3232235777/',
      'http://0xa9fea9fe/',
      'http://2852039166/',
      'http://0251.0376.0251.0376/',
      'http://%31%32%37.0.0.1/',
      'http://loc%61lhost/',
      'http://example.com./',
      'http://134744072/',
      'http://[0:0:0:0:0:0:0:1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::127.0.0.1]/',
      'http://[64:ff9b::127.0.0.1]/',
      'http://[0000::1]/',
      'http://[::ffff:0:127.0.0.1]/',
    ],
  ],
  [
    'HOST_REFUSED',
    [
      'http://localhost/',
      'http://LOCALHOST:8080/',
      'http://a.localhost/',
      'http://localhost.localdomain/',
      'http://metadata.google.internal/',
      'http://metadata/',
      'http://kubernetes.default.svc.cluster.local/',
      'http://router.lan/',
      'http://nas.home.arpa/',
      'http://1.0.0.127.in-addr.arpa/',
      'http://wiki.corp/',
      'http://postgres:8080/',
    ],
  ],
  [
    'SCHEME_REFUSED',
    [
      'file:///etc/passwd',
      'ftp://example.com/',
      'gopher://127.0.0.1:6379/_FLUSHALL',
      'dict://127.0.0.1:11211/stats',
      'ldap://example.com/',
      'data:text/plain,hello',
      'javascript:alert(1)',
      'ws://example.com/',
      'unix:/var/run/docker.sock',
      'blob:http://example.com/1',
    ],
  ],
  [
    'USERINFO_REFUSED',
    [
      'http://user:password@example.com/',
      'http://example.com@127.0.0.1/',
      'http://127.0.0.1@example.com/',
      'http://:@example.com/',
      'http://@example.com/',
      'http://example.com%2f@127.0.0.1/',
    ],
  ],
  [
    'PORT_REFUSED',
    [
      'http://example.com:22/',
      'http://example.com:25/',
      'http://example.com:6379/',
      'http://example.com:5432/',
      'https://example.com:0/',
      'http://8.8.8.8:53/',
      'http://[2606:4700::1111]:11211/',
    ],
  ],
  [
    'URL_MALFORMED',
    [
      '',
      'example.com',
      '//example.com/',
      'http://',
      'http:example.com',
      'http:/127.0.0.1/',
      'http:\\\\127.0.0.1\\',
      'http://example.com\\@127.0.0.1/',
      'http://exa mple.com/',
      ' http://example.com/',
      'http://example.com/\r\nHost: internal',
      'ht\ttp://example.com/',
      'http://127.0.0.1\u0000.example.com/',
      'http://①②⑦.⓪.⓪.①/',
      'http://127。0。0。1/',
      'http://１２７.0.0.1/',
      'http://ⓛocalhost/',
      'http://[fe80::1%25eth0]/',
      'http://[::1/',
      'http://256.256.256.256/',
      'http://example.com:99999/',
      'http://example.com:8a/',
      `http://example.com/${'a'.repeat(2048)}`,
    ],
  ],
];

describe('a target', () => {
  it.each(PAYLOADS.flatMap(([reason, payloads]) => payloads.map((url) => [reason, url] as const)))(
    'is refused with %s: %j',
    (reason, url) => expect(reasonOf(url)).toBe(reason),
  );

  it('was tried in at least 100 ways', () => {
    expect(PAYLOADS.flatMap(([, payloads]) => payloads).length).toBeGreaterThanOrEqual(100);
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
