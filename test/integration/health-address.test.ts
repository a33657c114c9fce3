import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import {
  createGrpcServer,
  createHealthServer,
  createUserClient,
  readTlsIdentity,
  type GrpcServer,
} from '@trimtab/grpc';
import { collectLogs, testAuth } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindOracle } from './grpc-world.js';

const FOLDER = fileURLToPath(new URL('../fixtures/tls', import.meta.url));
const FREE = '127.0.0.1:0';

function probe(address: string) {
  const client = createUserClient({ definition: HealthService, address, defaultDeadlineMs: 2_000 });
  return {
    check: async () => (await client.check({ service: '' })).status,
    close: () => client.close(),
  };
}

describe('health on an address of its own', () => {
  let server: GrpcServer;
  let address: string;

  beforeAll(async () => {
    const { authenticator } = await testAuth();
    const { logger, lines } = collectLogs();
    server = createGrpcServer({
      name: 'oracle',
      address: FREE,
      services: [
        bindOracle({
          handlers: {
            ListPublishers: () => Promise.resolve({ publishers: [], nextPageToken: '' }),
          },
        }),
      ],
      authenticator,
      logger,
      reflection: true,
      drainTimeoutMs: 100,
      tls: readTlsIdentity({
        certificateFile: join(FOLDER, 'service.cert.pem'),
        privateKeyFile: join(FOLDER, 'service.key.pem'),
        authoritiesFile: join(FOLDER, 'authority.cert.pem'),
      }),
      healthAddress: FREE,
    });
    await server.start();
    const line = lines.find(({ fields }) => fields['component'] === 'oracle health');
    address = String(present(line, 'the address of health is in the log').fields['address']);
  });
  afterAll(async () => {
    await server.stop();
  });

  it('answers a plain probe of a server that wants certificates, with its health', async () => {
    const plain = probe(address);
    expect(await plain.check()).toBe(Serving.SERVING);
    server.setReady(false);
    expect(await plain.check()).toBe(Serving.NOT_SERVING);
    server.setReady(true);
    expect(await plain.check()).toBe(Serving.SERVING);
    plain.close();
  });

  it('serves nothing but health there', async () => {
    const client = createUserClient({ definition: OracleServiceService, address });
    await expect(client.listPublishers({ pageSize: 0, pageToken: '' })).rejects.toMatchObject({
      error: { kind: 'UNIMPLEMENTED' },
    });
    client.close();
  });

  it('ends with the server', async () => {
    await server.stop();
    const plain = probe(address);
    await expect(plain.check()).rejects.toThrow();
    plain.close();
  });

  it('of a process that serves no calls is what the process says', async () => {
    const health = createHealthServer({ name: 'gateway health', address: FREE });
    await health.start();
    const plain = probe(health.address);
    expect(await plain.check()).toBe(Serving.NOT_SERVING);
    health.setReady(true);
    expect(await plain.check()).toBe(Serving.SERVING);
    plain.close();
    await health.stop();
  });
});
