import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTlsIdentity } from '@trimtab/grpc';
import { connectJetStream, loadStreams } from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import { startNatsServer, type NatsServer } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../fixtures/tls', import.meta.url));
const file = (name: string): string => join(FOLDER, `${name}.pem`);

describe('a NATS server that wants certificates', () => {
  let server: NatsServer;
  let url: string;

  beforeAll(async () => {
    server = await startNatsServer([
      ...['--tlsverify', '--tlscacert', file('authority.cert')],
      ...['--tlscert', file('service.cert'), '--tlskey', file('service.key')],
    ]);
    url = server.url.replace('nats:', 'tls:');
  });
  afterAll(() => server.dispose());

  it('is connected to with the certificate of the process, and believed by its authorities', async () => {
    const tls = readTlsIdentity({
      certificateFile: file('service.cert'),
      privateKeyFile: file('service.key'),
      authoritiesFile: file('authority.cert'),
    });
    const bus = await connectJetStream({ url, logger: silentLogger(), tls });
    expect(bus.isConnected()).toBe(true);
    await bus.close();
  });
});

describe('the streams file of a cluster', () => {
  it('says how many servers hold each stream, unless the deployment does', () => {
    expect(new Set(loadStreams().map(({ replicas }) => replicas))).toEqual(new Set([1]));
    expect(new Set(loadStreams(undefined, 3).map(({ replicas }) => replicas))).toEqual(
      new Set([3]),
    );
  });
});
