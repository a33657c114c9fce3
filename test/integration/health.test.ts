import {
  HealthCheckResponse_ServingStatus as Status,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import { systemClock, type ServedComponent } from '@trimtab/lifecycle';
import { connectJetStream, createInProcessBus, type Bus } from '@trimtab/messaging';
import { composeSolver, solverConfig, type SolverTables } from '@trimtab/solver';
import { createDatabase, type Database } from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import {
  eventually,
  startNatsServer,
  startPrivatePostgres,
  testAuth,
  testDatabase,
} from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const SOLVER = 'trimtab.solver.v1.SolverService';
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
});

/** A solver on the given servers, and what its health says by name. */
async function serve(database: Database<SolverTables>, bus: Bus) {
  const auth = await testAuth();
  const solver: ServedComponent = composeSolver(
    solverConfig({
      GRPC_ADDRESS: '127.0.0.1:0',
      DATABASE_URL: 'postgres://the-test-passes-its-own',
      DRAIN_TIMEOUT_MILLIS: '100',
    }),
    {
      clock: systemClock,
      database,
      bus,
      authenticator: auth.authenticator,
      tokenIssuer: auth.issuer,
      logger: silentLogger(),
    },
  );
  await solver.start();
  closing.push(() => solver.stop());
  const client: ServiceClient<typeof HealthService> = createUserClient({
    definition: HealthService,
    address: solver.address,
    token: '',
  });
  closing.push(() => client.close());
  const statusOf = async (service: string): Promise<Status> =>
    (await client.check({ service })).status;
  const awaitReadiness = (status: Status): Promise<true> =>
    eventually(async () => ((await statusOf('')) === status ? true : undefined), {
      what: `readiness ${status}`,
      timeoutMs: 20_000,
    });
  return { statusOf, awaitReadiness };
}

async function expectOnlyAlive(statusOf: (service: string) => Promise<Status>): Promise<void> {
  expect(await statusOf('readiness')).toBe(Status.NOT_SERVING);
  expect(await statusOf(SOLVER)).toBe(Status.NOT_SERVING);
  expect(await statusOf('liveness')).toBe(Status.SERVING);
}

describe('the health of a service', () => {
  it('serves under every name while database and bus answer, and knows no other name', async () => {
    const database = await testDatabase<SolverTables>('health');
    closing.push(() => database.close());
    const { statusOf } = await serve(database, createInProcessBus({ logger: silentLogger() }));
    for (const name of ['', 'readiness', 'liveness', SOLVER]) {
      expect(await statusOf(name), name).toBe(Status.SERVING);
    }
    await expect(statusOf('trimtab.oracle.v1.OracleService')).rejects.toThrow();
  });

  it('loses its readiness with the bus and gets it back; its liveness stays', async () => {
    const database = await testDatabase<SolverTables>('health');
    closing.push(() => database.close());
    const nats = await startNatsServer();
    closing.push(() => nats.dispose());
    const bus = await connectJetStream({ url: nats.url, logger: silentLogger() });
    closing.push(() => bus.close());
    const { statusOf, awaitReadiness } = await serve(database, bus);
    await nats.stop();
    await awaitReadiness(Status.NOT_SERVING);
    await expectOnlyAlive(statusOf);
    await nats.restart({ wipeStore: false });
    await awaitReadiness(Status.SERVING);
  });

  it('loses its readiness with the database; its liveness stays', async () => {
    const postgres = await startPrivatePostgres();
    const database = createDatabase<SolverTables>({
      connectionString: postgres.connectionString,
      schema: 'health',
      maxConnections: 4,
    });
    closing.push(() => database.close());
    const { statusOf, awaitReadiness } = await serve(
      database,
      createInProcessBus({ logger: silentLogger() }),
    );
    await postgres.dispose();
    await awaitReadiness(Status.NOT_SERVING);
    await expectOnlyAlive(statusOf);
  });
});
