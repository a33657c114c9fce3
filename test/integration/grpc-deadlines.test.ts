import { once } from 'node:events';
import { DomainFailure } from '@trimtab/core';
import type { CallContext, GrpcServer } from '@trimtab/grpc';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGrpcWorld, type GrpcWorld } from './grpc-world.js';

const request = { assetId: 'WBTC', readTime: undefined };
const price = { price: undefined, quotes: [] };

let world: GrpcWorld;
/** Answers "slow" never, everything else at once. */
let back: GrpcServer;
/** Passes every call on to `back` with its own context. */
let front: GrpcServer;
let seen: { front?: CallContext; back?: CallContext };
let arrived: () => void;
let arrival: Promise<void>;

beforeAll(async () => {
  world = await createGrpcWorld();
  back = await world.serve({
    drainTimeoutMs: 10,
    handlers: {
      GetPrice: async ({ assetId }, context) => {
        seen.back = context;
        arrived();
        if (assetId === 'slow') await once(context.signal, 'abort');
        return price;
      },
    },
  });
  const further = world.service(back);
  front = await world.serve({
    drainTimeoutMs: 10,
    handlers: {
      GetPrice: (message, context) => {
        seen.front = context;
        return further.getPrice(message, context);
      },
    },
  });
});
beforeEach(() => {
  seen = {};
  arrival = new Promise((resolve) => (arrived = resolve));
});
afterAll(() => world.close());

function millis(context: CallContext | undefined): number {
  return context?.deadline?.getTime() ?? NaN;
}

describe('deadlines', () => {
  it('are 10 s from the start for a unary call without one', async () => {
    const { callRaw } = await import('./grpc-world.js');
    const before = Date.now();
    await callRaw(back.address, '/trimtab.oracle.v1.OracleService/GetPrice', new Uint8Array(), {
      authorization: `Bearer ${await world.token()}`,
    });
    const after = Date.now();
    expect(millis(seen.back)).toBeGreaterThanOrEqual(before + 10_000);
    expect(millis(seen.back)).toBeLessThanOrEqual(after + 10_000);
  });

  it('travel to every further call', async () => {
    const client = await world.user(front);
    await client.getPrice(request, { deadline: new Date(Date.now() + 3000) });
    // Each hop writes the time that is left, so a later hop loses what the way took.
    expect(Math.abs(millis(seen.front) - millis(seen.back))).toBeLessThan(500);
  });

  it('end a call that takes longer, with a reason', async () => {
    const client = await world.user(front);
    const call = client.getPrice(
      { ...request, assetId: 'slow' },
      { deadline: new Date(Date.now() + 300) },
    );
    await expect(call).rejects.toMatchObject({
      error: { kind: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED' },
    });
    expect(call).toBeInstanceOf(Promise);
  });

  it('refuse a call that is late before it starts, without sending it', async () => {
    const client = await world.user(front);
    const call = client.getPrice(request, { deadline: new Date(Date.now() - 1) });
    await expect(call).rejects.toBeInstanceOf(DomainFailure);
    expect(seen.front).toBeUndefined();
  });
});

describe('cancellation', () => {
  it('travels to every further call', async () => {
    const client = await world.user(front);
    const controller = new AbortController();
    const call = client.getPrice({ ...request, assetId: 'slow' }, { signal: controller.signal });
    await arrival;
    const ended = seen.back?.signal;
    if (ended === undefined) throw new Error('the call did not arrive');
    const aborted = once(ended, 'abort');
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
    await aborted;
    expect(ended.aborted).toBe(true);
  });

  it('before the start sends nothing', async () => {
    const client = await world.user(front);
    const signal = AbortSignal.abort(new Error('too early'));
    await expect(client.getPrice(request, { signal })).rejects.toThrow('too early');
    expect(seen.front).toBeUndefined();
  });
});
