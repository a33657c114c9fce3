import {
  createAuthenticator,
  createKeyPair,
  createTokenIssuer,
  type Authenticator,
  type TokenIssuer,
} from '@trimtab/grpc';

/** Tokens of a key pair that lives in this test only. */
export interface TestAuth {
  readonly authenticator: Authenticator;
  readonly issuer: TokenIssuer;
  token(subject: string, scopes?: readonly string[]): Promise<string>;
}

/** Makes a key pair, the issuer that signs with it and the authenticator that accepts it. */
export async function testAuth(): Promise<TestAuth> {
  const { privateKey, jwks } = await createKeyPair();
  const names = { issuer: 'trimtab-test', audience: 'trimtab' };
  const issuer = createTokenIssuer({ key: privateKey, ...names });
  return {
    authenticator: createAuthenticator({ jwks, ...names }),
    issuer,
    token: (subject, scopes = []) => issuer.issue({ subject, scopes }),
  };
}
