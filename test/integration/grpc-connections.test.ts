import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { promisify } from 'node:util';
import { createGrpcServer } from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindOracle, createGrpcWorld, type GrpcWorld } from './grpc-world.js';

let world: GrpcWorld;
beforeEach(async () => {
  world = await createGrpcWorld();
});
afterEach(() => world.close());

describe('a connection', () => {
  it('is refused when it pings without pause', async () => {
    const server = await world.serve({ handlers: {} });
    const session = connect(`http://${server.address}`);
    session.on('error', () => undefined);
    await once(session, 'connect');
    const gone = once(session, 'goaway');
    const ping = promisify(session.ping.bind(session));
    for (let count = 0; count < 4; count += 1) await ping().catch(() => undefined);
    const [code] = (await gone) as [number];
    expect(code).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy();
  });

  it('has at most 100 calls at a time', async () => {
    const server = await world.serve({ handlers: {} });
    const session = connect(`http://${server.address}`);
    const [settings] = (await once(session, 'remoteSettings')) as [
      { maxConcurrentStreams: number },
    ];
    expect(settings.maxConcurrentStreams).toBe(100);
    session.destroy();
  });
});

describe('an address', () => {
  it('that is taken is refused with its name', async () => {
    const first = await world.serve({ handlers: {} });
    const second = createGrpcServer({
      name: 'oracle',
      address: first.address,
      services: [bindOracle({ handlers: {} })],
      authenticator: world.authenticator,
      logger: silentLogger(),
      reflection: false,
      drainTimeoutMs: 0,
    });
    await expect(second.start()).rejects.toThrow(`cannot listen on ${first.address}`);
    expect(() => second.address).toThrow('oracle has no address before it is started');
  });
});

describe('a client', () => {
  it('finds a server that was not there yet, inside its deadline', async () => {
    const first = await world.serve({ handlers: {} });
    const { address } = first;
    await first.stop();
    const client = await world.user({ address });
    const request = { assetId: '', readTime: undefined };
    const failed = client.getPrice(request, { deadline: new Date(Date.now() + 1000) });
    await expect(failed).rejects.toMatchObject({
      error: {
        kind: 'UNAVAILABLE',
        reason: 'DEPENDENCY_UNAVAILABLE',
        message: 'trimtab.oracle.v1.OracleService/GetPrice cannot be reached',
      },
    });
    const again = createGrpcServer({
      name: 'oracle',
      address,
      services: [
        bindOracle({ handlers: { GetPrice: async () => ({ price: undefined, quotes: [] }) } }),
      ],
      authenticator: world.authenticator,
      logger: silentLogger(),
      reflection: false,
      drainTimeoutMs: 0,
    });
    const late = client.getPrice(request);
    await again.start();
    await expect(late).resolves.toBeDefined();
    await again.stop();
  });
});
