import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { DomainFailure, domainError } from '@trimtab/core';
import type { Caller } from './caller.js';
import { createVerifiedTokens } from './verified-tokens.js';

/** Verifies bearer tokens. */
export interface Authenticator {
  /** @throws DomainFailure UNAUTHENTICATED saying which check the token did not pass */
  authenticate(token: string): Promise<Caller>;
}

/** Which tokens are accepted (rpc rules, authentication). */
export interface AuthenticatorOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The public keys: a JWKS file, the address of one, or the key set itself. */
  readonly jwks: { readonly file: string } | { readonly url: string } | JSONWebKeySet;
  /** How far clocks may differ for `exp` and `nbf`; 60 by default. */
  readonly clockSkewSeconds?: number;
  /** The time to check against; the machine's by default. */
  readonly now?: () => Date;
}

/** Signatures that are accepted. Symmetric ones and `none` never are: the key set is public. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** A key file is read again after this long: a key that is taken out of it signs no new call then. */
const FILE_MAX_AGE_MS = 10_000;
/** As long for keys at an address, which cost a call; an unknown key has them fetched before, every 30 s at most. */
const URL_MAX_AGE_MS = 600_000;

/** Creates an authenticator for one issuer. Owner is `sub`; scopes are the words of `scope`. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const now = options.now ?? ((): Date => new Date());
  const keys = keySource(options.jwks, () => now().getTime());
  const clockTolerance = options.clockSkewSeconds ?? 60;
  const verified = createVerifiedTokens();
  return {
    authenticate: async (token) => {
      const currentDate = now();
      const nowMs = currentDate.getTime();
      const known = verified.find(token, nowMs);
      if (known !== undefined) return known;
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ALGORITHMS,
          issuer: options.issuer,
          audience: options.audience,
          clockTolerance,
          requiredClaims: ['sub', 'exp'],
          currentDate,
        });
        const caller = callerFrom(payload);
        const expiresAtMs = ((payload.exp ?? 0) + clockTolerance) * 1000;
        verified.keep(token, caller, { nowMs, expiresAtMs });
        return caller;
      } catch (error) {
        throw refusal(error);
      }
    },
  };
}

function keySource(jwks: AuthenticatorOptions['jwks'], nowMs: () => number): JWTVerifyGetKey {
  if ('keys' in jwks) return createLocalJWKSet(jwks);
  if ('url' in jwks) {
    return createRemoteJWKSet(new URL(jwks.url), { cacheMaxAge: URL_MAX_AGE_MS });
  }
  return fileKeys(jwks.file, nowMs);
}

/** Keys of a file, which may be replaced while the service runs: new keys and missing ones count soon. */
function fileKeys(file: string, nowMs: () => number): JWTVerifyGetKey {
  let loaded: Promise<JWTVerifyGetKey> | undefined;
  let loadedAt = 0;
  const current = (): Promise<JWTVerifyGetKey> => {
    const age = nowMs() - loadedAt;
    if (loaded !== undefined && age >= 0 && age < FILE_MAX_AGE_MS) return loaded;
    loadedAt = nowMs();
    loaded = readFile(file, 'utf8').then((text) =>
      createLocalJWKSet(JSON.parse(text) as JSONWebKeySet),
    );
    // What cannot be read is tried again by the next call.
    loaded.catch(() => (loaded = undefined));
    return loaded;
  };
  return async (header, token) => (await current())(header, token);
}

function callerFrom(payload: JWTPayload): Caller {
  const { sub: subject, act } = payload;
  const scopes = payload['scope'];
  if (typeof subject !== 'string' || subject === '') throw new errors.JWTInvalid('sub is empty');
  if (scopes !== undefined && typeof scopes !== 'string') {
    throw new errors.JWTInvalid('scope is no text');
  }
  const actor = actorOf(act);
  return {
    subject,
    scopes: new Set((scopes ?? '').split(' ').filter((scope) => scope !== '')),
    ...(actor === undefined ? {} : { actor }),
  };
}

function actorOf(act: unknown): string | undefined {
  if (act === undefined) return undefined;
  if (typeof act === 'object' && act !== null && 'sub' in act && typeof act.sub === 'string') {
    return act.sub;
  }
  throw new errors.JWTInvalid('act has no sub');
}

function refusal(error: unknown): unknown {
  // What jose does not know (an unreadable key file) is ours, not the caller's.
  if (!(error instanceof errors.JOSEError)) return error;
  if (error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC') {
    return new DomainFailure(
      domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the signing keys cannot be fetched'),
      { cause: error },
    );
  }
  return new DomainFailure(
    domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', `the token was refused: ${whyOf(error)}`, {
      check: error.code,
    }),
    { cause: error },
  );
}

function whyOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it is expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `claim ${error.claim} is ${error.reason === 'missing' ? 'missing' : 'not accepted'}`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return `its algorithm is none of ${ALGORITHMS.join(', ')}`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not known';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'it is no signed JSON web token with a sub';
}
