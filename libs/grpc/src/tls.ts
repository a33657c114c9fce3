import { readFileSync } from 'node:fs';
import { credentials, ServerCredentials, type ChannelCredentials } from '@grpc/grpc-js';

/** Where the certificates of a process are, in PEM. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** Who signs the certificates of those that it talks to. */
  readonly authoritiesFile: string;
}

/** What a process shows and whom it believes, in PEM; both directions of mutual TLS use it. */
export interface TlsIdentity {
  readonly certificateChain: Buffer;
  readonly privateKey: Buffer;
  readonly authorities: Buffer;
}

/** Reads the files, at the start of a process. */
export function readTlsIdentity(files: TlsFiles): TlsIdentity {
  return {
    certificateChain: readFileSync(files.certificateFile),
    privateKey: readFileSync(files.privateKeyFile),
    authorities: readFileSync(files.authoritiesFile),
  };
}

/** A server with an identity talks to nobody whose certificate its authorities have not signed. */
export function serverCredentials(tls: TlsIdentity | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.privateKey, cert_chain: tls.certificateChain };
  return ServerCredentials.createSsl(tls.authorities, [pair], true);
}

/** A client with an identity shows its certificate and believes its authorities only. */
export function clientCredentials(tls: TlsIdentity | undefined): ChannelCredentials | undefined {
  if (tls === undefined) return undefined;
  return credentials.createSsl(tls.authorities, tls.privateKey, tls.certificateChain);
}
