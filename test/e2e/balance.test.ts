import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListStrategiesRequest, SolverServiceService } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { createTokenIssuer, createUserClient, ensureDevelopmentKeys } from '@trimtab/grpc';
import { baseConfigSchema, loadConfig } from '@trimtab/lifecycle';
import { eventually, testDatabaseOptions, testNatsUrl } from '@trimtab/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ServiceProcess } from './service-process.js';

const REPLICAS = 3;
const CALLS = 300;
const CALLS_AT_ONCE = 10;

describe('calls to a service of several processes', () => {
  const schema = `balance_${randomBytes(4).toString('hex')}`;
  const { connectionString } = testDatabaseOptions('balance');
  const solvers: ServiceProcess[] = [];
  const counts: number[] = [];
  let folder: string;
  let privateKeyFile: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-balance-'));
    const keys = await ensureDevelopmentKeys(folder);
    privateKeyFile = keys.privateKeyFile;
    for (let index = 0; index < REPLICAS; index += 1) {
      const solver = await startProcess('solver', {
        DATABASE_URL: connectionString,
        DATABASE_SCHEMA: schema,
        NATS_URL: testNatsUrl() ?? '',
        AUTH_JWKS_FILE: keys.jwksFile,
        SERVICE_PRIVATE_KEY_FILE: privateKeyFile,
        GRPC_ADDRESS: '127.0.0.1:0',
      });
      solvers.push(solver);
      counts.push(0);
      const output = present(solver.child.stdout ?? undefined, 'the output of a solver is read');
      createInterface({ input: output }).on('line', (line) => {
        if (line.includes('ListStrategies')) counts[index] = (counts[index] ?? 0) + 1;
      });
    }
  });

  afterAll(async () => {
    for (const solver of solvers) await solver.end('SIGKILL');
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
    await rm(folder, { recursive: true, force: true });
  });

  it(`are shared by ${REPLICAS} solvers within a fifth`, async () => {
    // As a service reads it from SOLVER_ADDRESS; a headless name resolves to the same list.
    const { SOLVER_ADDRESS: address } = loadConfig(
      baseConfigSchema.pick({ SOLVER_ADDRESS: true }),
      { SOLVER_ADDRESS: solvers.map((solver) => solver.address).join() },
    );
    const issuer = createTokenIssuer({
      key: { file: privateKeyFile },
      issuer: 'trimtab-development',
      audience: 'trimtab',
    });
    const token = await issuer.issue({ subject: 'reader', scopes: [] });
    const client = createUserClient({ definition: SolverServiceService, address, token });
    const list = () => client.listStrategies(ListStrategiesRequest.fromPartial({}));
    // The first calls go to whoever is connected first.
    await eventually(
      async () => {
        await list();
        return counts.every((count) => count > 0) ? true : undefined;
      },
      { what: 'a connection to every solver' },
    );
    const total = (): number => counts.reduce((sum, count) => sum + count, 0);
    const before = [...counts];
    const warm = total();
    for (let call = 0; call < CALLS; call += CALLS_AT_ONCE) {
      await Promise.all(Array.from({ length: CALLS_AT_ONCE }, list));
    }
    client.close();
    await eventually(() => (total() >= warm + CALLS ? true : undefined), {
      what: 'a log line of every call',
    });
    const fair = CALLS / REPLICAS;
    for (const [index, count] of counts.entries()) {
      const share = count - (before[index] ?? 0);
      expect(Math.abs(share - fair)).toBeLessThanOrEqual(fair / 5);
    }
  });
});
