import { readFile } from 'node:fs/promises';
import { SignJWT, importJWK, type JWK } from 'jose';

/** What a token says. */
export interface TokenClaims {
  readonly subject: string;
  readonly scopes: readonly string[];
  /** The service that acts for the subject. */
  readonly actor?: string;
}

/** Signs tokens. */
export interface TokenIssuer {
  issue(claims: TokenClaims): Promise<string>;
  /** How long its tokens are valid. */
  readonly lifetimeSeconds: number;
}

/** Whose tokens an issuer makes. */
export interface TokenIssuerOptions {
  /** A private key as JWK with `alg` and `kid`, or the file that holds it. */
  readonly key: { readonly file: string } | JWK;
  readonly issuer: string;
  readonly audience: string;
  /** 600 by default. */
  readonly lifetimeSeconds?: number;
}

/** Creates an issuer; a key file is read at the first token. */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const lifetimeSeconds = options.lifetimeSeconds ?? 600;
  let loaded: ReturnType<typeof loadKey> | undefined;
  return {
    lifetimeSeconds,
    issue: async ({ subject, scopes, actor }) => {
      loaded ??= loadKey(options.key);
      const { key, alg, kid } = await loaded;
      const issuedAt = Math.floor(Date.now() / 1000);
      return new SignJWT({
        scope: scopes.join(' '),
        ...(actor === undefined ? {} : { act: { sub: actor } }),
      })
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .setSubject(subject)
        .setIssuer(options.issuer)
        .setAudience(options.audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(key);
    },
  };
}

interface SigningKey {
  readonly key: Awaited<ReturnType<typeof importJWK>>;
  readonly alg: string;
  readonly kid: string;
}

async function loadKey(source: TokenIssuerOptions['key']): Promise<SigningKey> {
  const jwk = isFile(source) ? (JSON.parse(await readFile(source.file, 'utf8')) as JWK) : source;
  const { alg, kid } = jwk;
  if (alg === undefined || kid === undefined) {
    throw new Error('a signing key is a private JWK with alg and kid');
  }
  return { key: await importJWK(jwk, alg), alg, kid };
}

function isFile(source: TokenIssuerOptions['key']): source is { readonly file: string } {
  return 'file' in source && typeof source.file === 'string';
}
