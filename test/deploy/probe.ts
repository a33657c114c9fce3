import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient } from '@trimtab/grpc';
import { eventually } from '@trimtab/testkit';

/**
 * Asks for readiness as a kubelet does, until it is there.
 *
 * @throws Error with the logs when it does not come
 */
export async function awaitServing(
  name: string,
  address: string,
  logs: () => Promise<string>,
): Promise<void> {
  const client = createUserClient({ definition: HealthService, address });
  try {
    await eventually(
      async () => {
        const { status } = await client.check({ service: 'readiness' });
        return status === Serving.SERVING ? true : undefined;
      },
      { what: `the health of ${name}`, timeoutMs: 30_000 },
    );
  } catch (cause) {
    throw new Error(`${name} does not serve:\n${await logs()}`, { cause });
  } finally {
    client.close();
  }
}
