import { startNatsServer, startTestPostgres } from '@trimtab/testkit';

/**
 * Starts the servers that the integration tests share: PostgreSQL (from npm, or `DATABASE_URL`) and a
 * private nats-server with its store in a temporary folder. A missing nats-server fails the run with
 * the words that say what to install.
 */
export async function setup(): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  try {
    const nats = await startNatsServer();
    process.env['TRIMTAB_TEST_DATABASE_URL'] = postgres.connectionString;
    process.env['TRIMTAB_TEST_NATS_URL'] = nats.url;
    return async () => {
      await nats.dispose();
      await postgres.stop();
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
