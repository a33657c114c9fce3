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
const CALLS = 300;

/**
 * PreviewRebalance of 20 positions, against a server that answers the same bytes and does nothing.
 * Both callers have one token and call in turns, so that whatever else the machine does meets both.
 */
export async function previewRow(world: BenchWorld): Promise<BenchRow> {
  const { terms } = await prepareRebalance(world, POSITIONS);
  const request = PreviewRebalanceRequest.fromPartial({
    ...(terms === undefined ? {} : { terms }),
  });
  const { suite } = world;
  const owner = createUserClient({
    definition: OrderGenServiceService,
    address: suite.addresses.ordergen,
    token: await suite.tokenIssuer.issue({ subject: 'owner', scopes: ['rebalance:write'] }),
  });
  const preview = (): Promise<PreviewRebalanceResponse> => owner.previewRebalance(request);
  const echo = await startEcho(await preview());
  const [previewMs, echoMs] = await medianMillis(preview, () => echo.call(request));
  await echo.stop();
  owner.close();
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

/** The medians of two calls, made one at a time and in turns. */
async function medianMillis(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<[number, number]> {
  for (let warm = 0; warm < 100; warm += 1) await Promise.all([first(), second()]);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < CALLS; round += 1) {
    times[0].push(await millisOf(first));
    times[1].push(await millisOf(second));
  }
  return [median(times[0]), median(times[1])];
}

async function millisOf(call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await call();
  return performance.now() - begin;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
