import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
} from 'jose';

/** A private key, and the key set that verifies what it signs. */
export interface KeyPair {
  readonly privateKey: JWK;
  readonly jwks: JSONWebKeySet;
}

/** Files of a development key pair. */
export interface DevelopmentKeys {
  /** The private JWK, readable by its owner only. */
  readonly privateKeyFile: string;
  /** The JWKS with the public key. */
  readonly jwksFile: string;
}

/** Makes an ES256 key pair whose key id is its thumbprint. */
export async function createKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const named = { kid, alg: 'ES256', use: 'sig' };
  return {
    privateKey: { ...(await exportJWK(privateKey)), ...named },
    jwks: { keys: [{ ...publicJwk, ...named }] },
  };
}

/**
 * The development key pair of a data folder, made at the first run. For one machine only: a real
 * deployment gets its key set from its identity provider.
 */
export async function ensureDevelopmentKeys(folder: string): Promise<DevelopmentKeys> {
  const privateKeyFile = join(folder, 'private-key.json');
  const jwksFile = join(folder, 'jwks.json');
  const files = { privateKeyFile, jwksFile };
  if ((await exists(privateKeyFile)) && (await exists(jwksFile))) return files;
  // Only the folder of the keys is closed: the data folder around it belongs to others too.
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey, jwks } = await createKeyPair();
  await writeWhole(jwksFile, JSON.stringify(jwks), 0o644);
  await writeWhole(privateKeyFile, JSON.stringify(privateKey), 0o600);
  return files;
}

/** Written beside and renamed, so that nobody reads half a file. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${text}\n`, { mode });
  await rename(draft, file);
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
