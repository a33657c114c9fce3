import { status } from '@grpc/grpc-js';
import { GetPriceRequest } from '@trimtab/contracts/oracle';
import { DomainFailure } from '@trimtab/core';
import { PUBLIC, SERVICE_ONLY, callerOf, scope, type Caller, type GrpcServer } from '@trimtab/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRaw, createGrpcWorld, type GrpcWorld } from './grpc-world.js';

const PREFIX = '/trimtab.oracle.v1.OracleService/';
const request = { assetId: 'WBTC', readTime: undefined };

let world: GrpcWorld;
let server: GrpcServer;
const callers: Caller[] = [];

beforeAll(async () => {
  world = await createGrpcWorld();
  server = await world.serve({
    rules: {
      RegisterAsset: scope('admin'),
      ListAssets: PUBLIC,
      TakeSnapshot: SERVICE_ONLY,
    },
    handlers: {
      GetPrice: async (_request, context) => {
        callers.push(callerOf(context));
        return { price: undefined, quotes: [] };
      },
      RegisterAsset: async () => ({ asset: undefined }),
      ListAssets: async () => ({ assets: [], nextPageToken: '' }),
      TakeSnapshot: async () => ({ snapshot: undefined }),
    },
  });
});
afterAll(() => world.close());

function send(method: string, headers: Record<string, string>): ReturnType<typeof callRaw> {
  return callRaw(
    server.address,
    PREFIX + method,
    GetPriceRequest.encode(request).finish(),
    headers,
  );
}

describe('a call without a usable token', () => {
  it.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a token with a space', { authorization: 'Bearer a b' }],
    ['garbage', { authorization: 'Bearer garbage' }],
  ])('is UNAUTHENTICATED: %s', async (_name, headers) => {
    expect(await send('GetPrice', headers)).toMatchObject({
      code: status.UNAUTHENTICATED,
      infos: [{ reason: 'UNAUTHENTICATED' }],
    });
  });

  it('is UNAUTHENTICATED before its bytes are looked at', async () => {
    const failure = await callRaw(server.address, `${PREFIX}GetPrice`, Uint8Array.of(0x0f));
    expect(failure?.code).toBe(status.UNAUTHENTICATED);
  });

  it('reaches a public method', async () => {
    expect(await send('ListAssets', {})).toBeUndefined();
  });

  it('does not reach a public method with a token that is refused', async () => {
    expect((await send('ListAssets', { authorization: 'Bearer garbage' }))?.code).toBe(
      status.UNAUTHENTICATED,
    );
  });
});

describe('a call with a token', () => {
  it('is refused without the scope, and the scopes are named', async () => {
    const client = await world.user(server, ['plan:write']);
    const failure = await client
      .registerAsset({ requestId: '', asset: undefined })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      error: {
        kind: 'PERMISSION_DENIED',
        reason: 'PERMISSION_DENIED',
        message: 'RegisterAsset needs scope admin, the token has scope plan:write',
        metadata: { method: 'RegisterAsset', required: 'scope admin', found: 'plan:write' },
      },
    });
  });

  it('reaches the method with the scope', async () => {
    const client = await world.user(server, ['admin']);
    await expect(client.registerAsset({ requestId: '', asset: undefined })).resolves.toBeDefined();
  });

  it('reaches a method for services only from a service', async () => {
    const snapshot = { assetIds: [], requestId: '' };
    const user = await world.user(server, ['admin', 'engine']);
    await expect(user.takeSnapshot(snapshot)).rejects.toBeInstanceOf(DomainFailure);
    await expect(world.service(server).takeSnapshot(snapshot)).resolves.toBeDefined();
  });
});

describe('a call between services', () => {
  it('acts for the caller of the service', async () => {
    const caller: Caller = { subject: 'ada', scopes: new Set(['intent:write']) };
    await world.service(server).getPrice(request, { caller });
    expect(callers.at(-1)).toEqual({ ...caller, actor: 'service:intent' });
  });

  it('acts for the service itself without a caller', async () => {
    await world.service(server).getPrice(request);
    expect(callers.at(-1)).toEqual({
      subject: 'service:intent',
      scopes: new Set(),
      actor: 'service:intent',
    });
  });
});
