import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { IntentServiceService } from '@trimtab/contracts/intent';
import { DomainFailure } from '@trimtab/core';
import {
  bindService,
  callerOf,
  createGrpcServer,
  createServiceClient,
  createUserClient,
  PUBLIC,
  readTlsIdentity,
  type GrpcServer,
  type TlsIdentity,
} from '@trimtab/grpc';
import { INTENT_RULES } from '@trimtab/intent';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth, type TestAuth } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../fixtures/tls', import.meta.url));

function identity(name: 'service' | 'stranger', authority: string): TlsIdentity {
  return readTlsIdentity({
    certificateFile: join(FOLDER, `${name}.cert.pem`),
    privateKeyFile: join(FOLDER, `${name}.key.pem`),
    authoritiesFile: join(FOLDER, `${authority}.cert.pem`),
  });
}

const OURS = identity('service', 'authority');
const TEMPLATES = { pageSize: 0, pageToken: '' };
const SOON_MS = 2_000;

describe('a server with mutual TLS', () => {
  let auth: TestAuth;
  let server: GrpcServer;
  beforeAll(async () => {
    auth = await testAuth();
    const service = bindService({
      definition: IntentServiceService,
      rules: { ...INTENT_RULES, ListTemplates: PUBLIC },
      handlers: {
        ListTemplates: () => Promise.resolve({ templates: [], nextPageToken: 'over TLS' }),
        GetIntent: (_request, context) => {
          expect(callerOf(context).actor).toBe('service:gateway');
          return Promise.resolve({ intent: undefined });
        },
      },
    });
    server = createGrpcServer({
      name: 'tls',
      address: '127.0.0.1:0',
      services: [service],
      authenticator: auth.authenticator,
      logger: silentLogger(),
      reflection: true,
      drainTimeoutMs: 100,
      tls: OURS,
    });
    await server.start();
  });
  afterAll(() => server.stop());

  const service = (tls: TlsIdentity | undefined) =>
    createServiceClient({
      definition: IntentServiceService,
      address: server.address,
      serviceName: 'gateway',
      issuer: auth.issuer,
      defaultDeadlineMs: SOON_MS,
      tls,
    });

  it('answers a service whose certificate its authority signed', async () => {
    const client = service(OURS);
    expect((await client.listTemplates(TEMPLATES)).nextPageToken).toBe('over TLS');
    await client.getIntent({ intentId: 'x' });
    client.close();
  });

  it.each<readonly [string, () => TlsIdentity | undefined]>([
    ['calls in plain text', () => undefined],
    ['a certificate of another authority', () => identity('stranger', 'authority')],
  ])('does not answer %s', async (_name, tls) => {
    const client = service(tls());
    await expect(client.listTemplates(TEMPLATES)).rejects.toBeInstanceOf(DomainFailure);
    client.close();
  });

  it('does not answer a user without a certificate', async () => {
    const client = createUserClient({
      definition: IntentServiceService,
      address: server.address,
      defaultDeadlineMs: SOON_MS,
      credentials: credentials.createSsl(OURS.authorities),
    });
    await expect(client.listTemplates(TEMPLATES)).rejects.toBeInstanceOf(DomainFailure);
    client.close();
  });

  it('is not believed by a client with another authority', async () => {
    const client = service(identity('service', 'other-authority'));
    await expect(client.listTemplates(TEMPLATES)).rejects.toBeInstanceOf(DomainFailure);
    client.close();
  });
});
