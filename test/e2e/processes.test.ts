import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient, ensureDevelopmentKeys } from '@trimtab/grpc';
import { testDatabaseOptions, testNatsUrl } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd, startProcess, type ServiceProcess } from './service-process.js';

const ORDER = ['oracle', 'solver', 'ordergen', 'executor', 'intent', 'engine'] as const;
const HEALTH_NAMES = {
  oracle: 'trimtab.oracle.v1.OracleService',
  solver: 'trimtab.solver.v1.SolverService',
  ordergen: 'trimtab.ordergen.v1.OrderGenService',
  executor: '',
  intent: 'trimtab.intent.v1.IntentService',
  engine: '',
} as const;

describe('every service as a process of its own', () => {
  const running = new Map<string, ServiceProcess>();
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-processes-'));
    const keys = await ensureDevelopmentKeys(folder);
    environment = {
      DATABASE_URL: testDatabaseOptions('e2e').connectionString,
      NATS_URL: testNatsUrl() ?? '',
      AUTH_JWKS_FILE: keys.jwksFile,
      SERVICE_PRIVATE_KEY_FILE: keys.privateKeyFile,
      GRPC_ADDRESS: '127.0.0.1:0',
    };
    const prefix = `process_${randomBytes(4).toString('hex')}`;
    for (const name of ORDER) {
      const started = await startProcess(name, {
        ...environment,
        DATABASE_SCHEMA: `${prefix}_${name}`,
      });
      running.set(name, started);
      environment[`${name.toUpperCase()}_ADDRESS`] = started.address;
    }
  });

  afterAll(async () => {
    for (const started of running.values()) await started.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it.each(ORDER)('%s serves and says so in its health', async (name) => {
    const client = createUserClient({
      definition: HealthService,
      address: running.get(name)?.address ?? '',
    });
    const answer = await client.check({ service: HEALTH_NAMES[name] });
    client.close();
    expect(answer.status).toBe(Serving.SERVING);
  });

  it.each([...ORDER].reverse())('%s drains on SIGTERM and exits with 0', async (name) => {
    expect(await running.get(name)?.end('SIGTERM')).toBe(0);
    running.delete(name);
  });

  it.each(ORDER)(
    '%s refuses to start on a bad configuration and names every bad variable',
    async (name) => {
      const refused = await runToEnd(name, {
        ...environment,
        GRPC_ADDRESS: 'nowhere',
        DRAIN_TIMEOUT_MILLIS: 'soon',
      });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('GRPC_ADDRESS');
      expect(refused.stderr).toContain('DRAIN_TIMEOUT_MILLIS');
    },
  );
});
