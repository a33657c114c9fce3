import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainFailure } from '@trimtab/core';
import {
  SignJWT,
  UnsecuredJWT,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator, type Authenticator } from './authenticator.js';
import { createKeyPair, ensureDevelopmentKeys, type KeyPair } from './development-keys.js';
import { createTokenIssuer } from './token-issuer.js';

/** Seconds since 1970. */
const NOW = 1_800_000_000;
const CLAIMS = { sub: 'ada', iss: 'issuer', aud: 'trimtab', exp: NOW + 600, scope: 'admin engine' };

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let authenticator: Authenticator;
let folder: string;

function accepting(jwks: Parameters<typeof createAuthenticator>[0]['jwks']): Authenticator {
  const now = (): Date => new Date(NOW * 1000);
  return createAuthenticator({ issuer: 'issuer', audience: 'trimtab', jwks, now });
}

function signed(claims: JWTPayload, header = { alg: 'ES256', kid: 'one' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(keys.privateKey);
}

async function refusalOf(token: string): Promise<string> {
  try {
    await authenticator.authenticate(token);
  } catch (error) {
    if (error instanceof DomainFailure) {
      expect(error.error).toMatchObject({ kind: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' });
      return error.message;
    }
    throw error;
  }
  throw new Error('the token was accepted');
}

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  authenticator = accepting({
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }],
  });
  folder = await mkdtemp(join(tmpdir(), 'trimtab-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('createAuthenticator', () => {
  it('takes owner, scopes and actor from the claims', async () => {
    const token = await signed({ ...CLAIMS, act: { sub: 'service:intent' } });
    expect(await authenticator.authenticate(token)).toEqual({
      subject: 'ada',
      scopes: new Set(['admin', 'engine']),
      actor: 'service:intent',
    });
  });

  it.each(['RS256', 'ES256', 'EdDSA'])('accepts %s', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg };
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg, kid: 'k' })
      .sign(pair.privateKey);
    const caller = await accepting({ keys: [jwk] }).authenticate(token);
    expect(caller.subject).toBe('ada');
  });

  it.each<[string, Record<string, unknown>]>([
    ['exp 60 s ago is refused', { exp: NOW - 60 }],
    ['nbf in 61 s is refused', { nbf: NOW + 61 }],
    ['another audience is refused', { aud: 'other' }],
    ['another issuer is refused', { iss: 'other' }],
    ['no subject is refused', { sub: undefined }],
    ['an empty subject is refused', { sub: '' }],
    ['no expiry is refused', { exp: undefined }],
    ['scopes as a list are refused', { scope: ['admin'] }],
    ['an actor without a name is refused', { act: {} }],
  ])('%s', async (_rule, change) => {
    await refusalOf(await signed({ ...CLAIMS, ...change }));
  });

  it.each<[string, Record<string, unknown>]>([
    ['exp 59 s ago is within the skew', { exp: NOW - 59 }],
    ['nbf in 60 s is within the skew', { nbf: NOW + 60 }],
    ['one of several audiences is enough', { aud: ['other', 'trimtab'] }],
    ['no scope is a caller without scopes', { scope: undefined }],
  ])('%s', async (_rule, change) => {
    const caller = await authenticator.authenticate(await signed({ ...CLAIMS, ...change }));
    expect(caller.subject).toBe('ada');
  });

  it('refuses alg none', async () => {
    const { sub, ...rest } = CLAIMS;
    const token = new UnsecuredJWT(rest).setSubject(sub).encode();
    await refusalOf(token);
  });

  it('refuses HS256 signed with the public key', async () => {
    const publicKey = JSON.stringify(await exportJWK(keys.publicKey));
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(publicKey));
    expect(await refusalOf(token)).toContain('RS256, ES256, EdDSA');
  });

  it('refuses an unknown key and a foreign signature under a known key id', async () => {
    const foreign = await generateKeyPair('ES256');
    const sign = (kid: string): Promise<string> =>
      new SignJWT(CLAIMS).setProtectedHeader({ alg: 'ES256', kid }).sign(foreign.privateKey);
    expect(await refusalOf(await sign('two'))).toContain('key is not known');
    expect(await refusalOf(await sign('one'))).toContain('signature is wrong');
  });

  it('refuses a changed payload', async () => {
    const [header, , signature] = (await signed(CLAIMS)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
    await refusalOf([header, payload, signature].join('.'));
  });

  it.each(['', 'x', 'a.b.c', '..'])('refuses the text "%s"', async (text) => {
    await refusalOf(text);
  });

  it('does not blame the caller for an unreadable key file', async () => {
    const broken = accepting({ file: join(folder, 'absent.json') });
    const attempt = broken.authenticate(await signed(CLAIMS));
    await expect(attempt).rejects.not.toBeInstanceOf(DomainFailure);
  });
});

describe('a token that was accepted a moment ago', () => {
  const names = { issuer: 'issuer', audience: 'trimtab' };
  const GONE = { error: { reason: 'UNAUTHENTICATED' } };
  /** Milliseconds after {@link NOW}. */
  let elapsed = 0;
  const now = (): Date => new Date(NOW * 1000 + elapsed);

  beforeEach(() => {
    elapsed = 0;
  });

  /** A key set with one key, and a token that it signed; `another` signs more. */
  async function issued(kid: string): Promise<{
    readonly jwks: JSONWebKeySet;
    readonly token: string;
    another(jti: string): Promise<string>;
  }> {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' };
    const header = { alg: 'ES256', kid };
    const another = (jti: string): Promise<string> =>
      new SignJWT({ ...CLAIMS, jti }).setProtectedHeader(header).sign(pair.privateKey);
    return { jwks: { keys: [jwk] }, token: await another('first'), another };
  }

  it.each([0, 1, 30_000, 659_999])(
    'is refused from its expiry and the skew on, if it was first seen after %i ms',
    async (seen) => {
      const { jwks, token } = await issued('one');
      const accepted = createAuthenticator({ ...names, jwks, now });
      elapsed = seen;
      await accepted.authenticate(token);
      elapsed = 659_999;
      expect((await accepted.authenticate(token)).subject).toBe('ada');
      elapsed = 660_000;
      await expect(accepted.authenticate(token)).rejects.toMatchObject(GONE);
    },
  );

  it('is refused a minute after its key left the file, a new one of that key after 10 s', async () => {
    const file = join(folder, 'rotated.json');
    const old = await issued('old');
    await writeFile(file, JSON.stringify(old.jwks));
    const accepted = createAuthenticator({ ...names, jwks: { file }, now });
    await accepted.authenticate(old.token);
    const fresh = await issued('new');
    await writeFile(file, JSON.stringify(fresh.jwks));
    elapsed = 9_999;
    await expect(accepted.authenticate(fresh.token)).rejects.toMatchObject(GONE);
    expect((await accepted.authenticate(await old.another('second'))).subject).toBe('ada');
    elapsed = 10_000;
    await expect(accepted.authenticate(await old.another('third'))).rejects.toMatchObject(GONE);
    expect((await accepted.authenticate(fresh.token)).subject).toBe('ada');
    elapsed = 59_999;
    expect((await accepted.authenticate(old.token)).subject).toBe('ada');
    elapsed = 60_000;
    await expect(accepted.authenticate(old.token)).rejects.toMatchObject(GONE);
  });

  it('is refused 11 minutes after its key left the address at the latest', async () => {
    const [old, second] = [await issued('old'), await issued('old')];
    let served: unknown = old.jwks;
    const server = createServer((_, answer) => {
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify(served));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
    try {
      const url = `http://127.0.0.1:${port}/jwks`;
      const accepted = createAuthenticator({ ...names, jwks: { url }, clockSkewSeconds: 600 });
      await accepted.authenticate(old.token);
      served = second.jwks;
      vi.setSystemTime(NOW * 1000 + 599_999);
      expect((await accepted.authenticate(old.token)).subject).toBe('ada');
      vi.setSystemTime(NOW * 1000 + 659_999);
      await expect(accepted.authenticate(old.token)).rejects.toMatchObject(GONE);
    } finally {
      vi.useRealTimers();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('ensureDevelopmentKeys', () => {
  it('makes a pair once, the private key readable by its owner only', async () => {
    const files = await ensureDevelopmentKeys(join(folder, 'keys'));
    const first = await readFile(files.privateKeyFile, 'utf8');
    expect(await ensureDevelopmentKeys(join(folder, 'keys'))).toEqual(files);
    expect(await readFile(files.privateKeyFile, 'utf8')).toBe(first);
    expect((await stat(files.privateKeyFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(files.jwksFile, 'utf8')).not.toContain('"d"');
  });

  it('signs what an authenticator of its key set accepts', async () => {
    const { privateKeyFile, jwksFile } = await ensureDevelopmentKeys(join(folder, 'keys'));
    const names = { issuer: 'dev', audience: 'trimtab' };
    const issuer = createTokenIssuer({ ...names, key: { file: privateKeyFile } });
    const token = await issuer.issue({ subject: 'ada', scopes: ['admin'], actor: 'service:x' });
    const accepted = createAuthenticator({ ...names, jwks: { file: jwksFile } });
    expect(await accepted.authenticate(token)).toEqual({
      subject: 'ada',
      scopes: new Set(['admin']),
      actor: 'service:x',
    });
  });

  it('accepts the key of a file that was replaced before its first use', async () => {
    const pair: KeyPair = await createKeyPair();
    const file = join(folder, 'replaced.json');
    const names = { issuer: 'dev', audience: 'trimtab' };
    const accepted = createAuthenticator({ ...names, jwks: { file } });
    const token = await createTokenIssuer({ ...names, key: pair.privateKey }).issue({
      subject: 'ada',
      scopes: [],
    });
    await expect(accepted.authenticate(token)).rejects.toThrow('ENOENT');
    await writeFile(file, JSON.stringify(pair.jwks));
    expect((await accepted.authenticate(token)).subject).toBe('ada');
  });
});
