import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient, ensureDevelopmentKeys } from '@trimtab/grpc';
import { testDatabaseOptions, testNatsUrl } from '@trimtab/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd, startProcess } from './service-process.js';

/** The services that keep something. */
const STORING = ['oracle', 'solver', 'ordergen', 'executor', 'intent'] as const;

describe('a service as a deployment runs it', () => {
  const { connectionString } = testDatabaseOptions('operations');
  const prefix = `operations_${randomBytes(4).toString('hex')}`;
  const schemaOf = (name: string): string => `${prefix}_${name}`;
  const pool = new pg.Pool({ connectionString, max: 1 });
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-operations-'));
    const keys = await ensureDevelopmentKeys(folder);
    environment = {
      DATABASE_URL: connectionString,
      NATS_URL: testNatsUrl() ?? '',
      AUTH_JWKS_FILE: keys.jwksFile,
      SERVICE_PRIVATE_KEY_FILE: keys.privateKeyFile,
      GRPC_ADDRESS: '127.0.0.1:0',
      MIGRATIONS: 'job',
    };
  });
  afterAll(async () => {
    for (const name of STORING) {
      await pool.query(`drop schema if exists ${schemaOf(name)} cascade`);
    }
    await pool.end();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(STORING)(
    '%s brings its tables up to date as a job, again and side by side',
    async (name) => {
      const job = () =>
        runToEnd(
          name,
          { DATABASE_URL: connectionString, DATABASE_SCHEMA: schemaOf(name) },
          'migrate',
        );
      const ended = await Promise.all([job(), job()]);
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      const { rows } = await pool.query(`select 1 from ${schemaOf(name)}.kysely_migration`);
      expect(rows.length).toBeGreaterThan(0);
    },
  );

  it('the job says which variable is bad, and fails', async () => {
    const { code, stderr } = await runToEnd('solver', { DATABASE_URL: 'mysql://x' }, 'migrate');
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_URL');
  });

  it('solver starts on the tables of the job under a role that may not change any', async () => {
    const role = `${prefix}_reader`;
    const schema = schemaOf('solver');
    await pool.query(`create role ${role} login password 'x'`);
    await pool.query(`grant usage on schema ${schema} to ${role}`);
    await pool.query(
      `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
    );
    await pool.query(`grant usage on all sequences in schema ${schema} to ${role}`);
    const asRole = new URL(connectionString);
    asRole.username = role;
    asRole.password = 'x';
    try {
      const solver = await startProcess('solver', {
        ...environment,
        DATABASE_URL: asRole.href,
        DATABASE_SCHEMA: schema,
      });
      expect(await solver.end('SIGTERM')).toBe(0);
    } finally {
      await pool.query(`drop owned by ${role}`);
      await pool.query(`drop role ${role}`);
    }
  });

  it('gateway, which speaks no gRPC to its callers, tells its health by gRPC', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const gateway = await startProcess('gateway', {
      HTTP_ADDRESS: '127.0.0.1:0',
      HEALTH_ADDRESS: address,
    });
    const client = createUserClient({ definition: HealthService, address });
    expect((await client.check({ service: '' })).status).toBe(Serving.SERVING);
    client.close();
    expect(await gateway.end('SIGTERM')).toBe(0);
  });
});

/** A port that nobody has: the address of health is no line of the log that a test waits for. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const bound = probe.address();
      probe.close(() =>
        typeof bound === 'object' && bound !== null
          ? resolve(bound.port)
          : reject(new Error('no port was bound')),
      );
    });
  });
}
