import { once } from 'node:events';
import { HealthCheckResponse_ServingStatus, HealthService } from '@trimtab/contracts/health';
import { DomainFailure, domainError } from '@trimtab/core';
import { createUserClient, type CallContext, type GrpcServer } from '@trimtab/grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGrpcWorld, type GrpcWorld } from './grpc-world.js';

const watch = { assetIds: [] };
const change = { price: undefined };

let world: GrpcWorld;
/** How far the clock that tokens are checked against is ahead of the machine's. */
let aheadMs: number;
beforeEach(async () => {
  aheadMs = 0;
  world = await createGrpcWorld(() => new Date(Date.now() + aheadMs));
});
afterEach(() => world.close());

interface Watched {
  readonly server: GrpcServer;
  /** Resolves when the handler of the watch has ended. */
  readonly ended: Promise<void>;
  readonly context: () => CallContext | undefined;
}

/** A server whose watch sends two changes and then waits for its end. */
async function serveWatch(): Promise<Watched> {
  let context: CallContext | undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const server = await world.serve({
    tokenRecheckMs: 5,
    handlers: {
      WatchPrices: async function* (_request, itsContext) {
        context = itsContext;
        try {
          yield change;
          yield change;
          if (!itsContext.signal.aborted) await once(itsContext.signal, 'abort');
        } finally {
          end();
        }
      },
    },
  });
  return { server, ended, context: () => context };
}

describe('a server stream', () => {
  it('has no deadline of its own and ends at the source when the client leaves', async () => {
    const { server, ended, context } = await serveWatch();
    const client = await world.user(server);
    let count = 0;
    for await (const message of client.watchPrices(watch)) {
      expect(message).toEqual(change);
      count += 1;
      if (count === 2) break;
    }
    await ended;
    expect(context()?.deadline).toBeUndefined();
  });

  it('delivers everything in order, also more than the connection holds', async () => {
    const server = await world.serve({
      handlers: {
        ListPrices: async () => ({ prices: [], nextPageToken: '' }),
        WatchPrices: async function* () {
          for (let index = 0; index < 20_000; index += 1) yield change;
        },
      },
    });
    const client = await world.user(server);
    let count = 0;
    for await (const message of client.watchPrices(watch)) {
      expect(message).toEqual(change);
      count += 1;
    }
    expect(count).toBe(20_000);
  });

  it('ends with the refusal that its source throws', async () => {
    const server = await world.serve({
      handlers: {
        WatchPrices: async function* () {
          yield change;
          throw new DomainFailure(domainError('OUT_OF_RANGE', 'SEQUENCE_OUT_OF_RANGE', 'too old'));
        },
      },
    });
    const client = await world.user(server);
    const messages: unknown[] = [];
    const reading = (async () => {
      for await (const message of client.watchPrices(watch)) messages.push(message);
    })();
    await expect(reading).rejects.toMatchObject({ error: { reason: 'SEQUENCE_OUT_OF_RANGE' } });
    expect(messages).toEqual([change]);
  });

  it('ends with UNAVAILABLE and a delay when the server stops', async () => {
    const { server } = await serveWatch();
    const client = await world.user(server);
    const iterator = client.watchPrices(watch)[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    const next = iterator.next();
    await Promise.all([
      expect(next).rejects.toMatchObject({ error: { kind: 'UNAVAILABLE', retryAfterMillis: 500 } }),
      server.stop(),
    ]);
  });
});

describe('a stream whose token expires', () => {
  it('ends with UNAUTHENTICATED and at its source, not before the skew has passed', async () => {
    const { server, ended, context } = await serveWatch();
    const client = await world.user(server);
    const messages = client.watchPrices(watch)[Symbol.asyncIterator]();
    await messages.next();
    await messages.next();
    const next = messages.next();
    next.catch(() => undefined);
    // Expired for half of the skew: longer than many looks it stays open.
    aheadMs = (world.issuer.lifetimeSeconds + 30) * 1000;
    const late = await Promise.race([next, new Promise((pass) => setTimeout(pass, 100, 'open'))]);
    expect(late).toBe('open');
    expect(context()?.signal.aborted).toBe(false);
    aheadMs = (world.issuer.lifetimeSeconds + 61) * 1000;
    await expect(next).rejects.toMatchObject({
      error: { kind: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' },
    });
    await ended;
  });
});

describe('a graceful stop', () => {
  it('lets a call in flight finish, takes no new one, and is over then', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const server = await world.serve({
      drainTimeoutMs: 60_000,
      handlers: {
        GetPrice: async () => {
          arrive();
          await released;
          return { price: undefined, quotes: [] };
        },
      },
    });
    const client = await world.user(server);
    const { address } = server;
    const call = client.getPrice({ assetId: '', readTime: undefined });
    await arrived;
    const stopped = server.stop();
    const late = await world.user({ address });
    const deadline = new Date(Date.now() + 2000);
    await expect(
      late.getPrice({ assetId: '', readTime: undefined }, { deadline }),
    ).rejects.toMatchObject({
      error: { kind: 'UNAVAILABLE', reason: 'DEPENDENCY_UNAVAILABLE' },
    });
    release();
    await expect(call).resolves.toBeDefined();
    await stopped;
    await server.stop();
  });

  it('cuts off what is left after the drain time and says so', async () => {
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const server = await world.serve({
      drainTimeoutMs: 10,
      handlers: {
        GetPrice: async (_request, { signal }) => {
          arrive();
          await once(signal, 'abort');
          return { price: undefined, quotes: [] };
        },
      },
    });
    const client = await world.user(server);
    const deadline = new Date(Date.now() + 2000);
    const call = client.getPrice({ assetId: '', readTime: undefined }, { deadline });
    const failed = expect(call).rejects.toThrow();
    await arrived;
    await server.stop();
    await failed;
    expect(world.logged.some(({ msg }) => msg === 'calls were cut off')).toBe(true);
  });
});

describe('health', () => {
  const SERVICE = 'trimtab.oracle.v1.OracleService';
  const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;

  it('is served without a token, for the whole and for each service', async () => {
    const server = await world.serve({ handlers: {} });
    const health = createUserClient({ definition: HealthService, address: server.address });
    for (const service of ['', SERVICE]) {
      expect(await health.check({ service })).toMatchObject({ status: SERVING });
    }
    await expect(health.check({ service: 'other' })).rejects.toMatchObject({
      error: { kind: 'NOT_FOUND' },
    });
    server.setReady(false);
    expect(await health.check({ service: SERVICE })).toMatchObject({ status: NOT_SERVING });
    health.close();
  });

  it('turns to NOT_SERVING before the server stops', async () => {
    const server = await world.serve({ handlers: {} });
    const health = createUserClient({ definition: HealthService, address: server.address });
    const seen: number[] = [];
    const states = health.watch({ service: '' })[Symbol.asyncIterator]();
    const first = await states.next();
    if (first.done !== true) seen.push(first.value.status);
    const [next] = await Promise.all([states.next(), server.stop()]);
    if (next.done !== true) seen.push(next.value.status);
    expect(seen).toEqual([SERVING, NOT_SERVING]);
    health.close();
  });
});
