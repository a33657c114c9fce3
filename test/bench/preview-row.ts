import { performance } from 'node:perf_hooks';
import {
  OrderGenServiceService,
  PreviewRebalanceRequest,
  type PreviewRebalanceResponse,
} from '@trimtab/contracts/ordergen';
import {
  AUTHENTICATED,
  bindService,
  createGrpcServer,
  createUserClient,
  type MethodName,
} from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth } from '@trimtab/testkit';
import { atLeast, rounded, type BenchRow } from './bench-row.js';
import { prepareRebalance, type BenchWorld } from './bench-world.js';

const POSITIONS = 20;
const CALLS = 150;

/** PreviewRebalance of 20 positions, against a server that answers the same bytes and does nothing. */
export async function previewRow(world: BenchWorld): Promise<BenchRow> {
  const { terms } = await prepareRebalance(world, POSITIONS);
  const request = PreviewRebalanceRequest.fromPartial({
    ...(terms === undefined ? {} : { terms }),
  });
  const preview = (): Promise<PreviewRebalanceResponse> =>
    world.owner.orderGen.previewRebalance(request);
  const answer = await preview();
  const echo = await startEcho(answer);
  const previewMs = await medianMillis(preview);
  const echoMs = await medianMillis(() => echo.call(request));
  await echo.stop();
  return atLeast(0.6, {
    name: `PreviewRebalance of ${POSITIONS} positions`,
    measured: `${rounded(previewMs)} ms`,
    floor: `${rounded(echoMs)} ms for an echo of the same bytes`,
    ratio: echoMs / previewMs,
  });
}

async function startEcho(answer: PreviewRebalanceResponse) {
  const auth = await testAuth();
  const names = Object.keys(OrderGenServiceService).map(
    (key) => `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
  ) as MethodName<typeof OrderGenServiceService>[];
  const rules = Object.fromEntries(names.map((name) => [name, AUTHENTICATED])) as Record<
    (typeof names)[number],
    typeof AUTHENTICATED
  >;
  const server = createGrpcServer({
    name: 'echo',
    address: '127.0.0.1:0',
    services: [
      bindService({
        definition: OrderGenServiceService,
        rules,
        handlers: { PreviewRebalance: async () => answer },
      }),
    ],
    authenticator: auth.authenticator,
    logger: silentLogger(),
    reflection: false,
    drainTimeoutMs: 1_000,
  });
  await server.start();
  const client = createUserClient({
    definition: OrderGenServiceService,
    address: server.address,
    token: await auth.token('bench'),
  });
  return {
    call: (request: PreviewRebalanceRequest) => client.previewRebalance(request),
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

/** The median of calls, one at a time. */
async function medianMillis(call: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 50; warm += 1) await call();
  const times: number[] = [];
  for (let round = 0; round < CALLS; round += 1) {
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}
