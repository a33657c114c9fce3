import { status } from '@grpc/grpc-js';
import {
  GetPriceRequest,
  GetPriceResponse,
  SubmitObservationsRequest,
} from '@trimtab/contracts/oracle';
import { DomainFailure, InvariantViolation, domainError, invalidFields } from '@trimtab/core';
import { RemoteFailure, createGrpcServer, type GrpcServer } from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bindOracle,
  callRaw,
  createGrpcWorld,
  type GrpcWorld,
  type WireFailure,
} from './grpc-world.js';

const GET_PRICE = '/trimtab.oracle.v1.OracleService/GetPrice';
const MIB = 1024 * 1024;

/** Errors by the asset that is asked for. */
const ERRORS: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  [
    'fields',
    () =>
      new DomainFailure(
        invalidFields([
          { field: 'asset_id', reason: 'FIELD_INVALID', message: 'was "fields"' },
          { field: 'read_time', reason: 'FIELD_REQUIRED', message: 'must be set' },
        ]),
      ),
  ],
  [
    'busy',
    () =>
      new DomainFailure({
        ...domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the database is down', {
          dependency: 'db',
        }),
        retryAfterMillis: 20_001,
      }),
  ],
  [
    'unicode',
    () =>
      new DomainFailure(
        domainError('NOT_FOUND', 'ASSET_NOT_FOUND', 'Währung "₿ 100 %" is unknown'),
      ),
  ],
  [
    'surrogate',
    () => new DomainFailure(domainError('NOT_FOUND', 'ASSET_NOT_FOUND', 'asset \uD800')),
  ],
  [
    'long',
    () => new DomainFailure(domainError('NOT_FOUND', 'ASSET_NOT_FOUND', '₿'.repeat(50_000))),
  ],
  ['invariant', () => new InvariantViolation('cash is -1 in postgres://a:b@c')],
  ['defect', () => new TypeError('x is undefined')],
  [
    'many',
    () =>
      new DomainFailure(
        invalidFields(
          Array.from({ length: 5000 }, (_, index) => ({
            field: `observations[${index}].price`,
            reason: 'DECIMAL_NOT_CANONICAL',
            message: 'was "1.0"',
          })),
        ),
      ),
  ],
]);

let world: GrpcWorld;
let server: GrpcServer;
let token: string;

beforeAll(async () => {
  world = await createGrpcWorld();
  token = await world.token();
  server = await world.serve({
    handlers: {
      GetPrice: async ({ assetId }) => {
        const error = ERRORS.get(assetId);
        if (error !== undefined) throw error();
        if (assetId === 'unencodable')
          return { price: undefined, quotes: JSON.parse('[null]') as [] };
        return GetPriceResponse.fromPartial({});
      },
      SubmitObservations: async () => ({ acceptedCount: 0, ignoredCount: 0, refusals: [] }),
      TakeSnapshot: async () => ({ snapshot: undefined }),
    },
    limits: { SubmitObservations: 'batch', TakeSnapshot: 'internal' },
  });
});
afterAll(() => world.close());

function send(method: string, bytes: Uint8Array, bearer = token): Promise<WireFailure | undefined> {
  const path = `/trimtab.oracle.v1.OracleService/${method}`;
  return callRaw(server.address, path, bytes, { authorization: `Bearer ${bearer}` });
}

async function failureFor(assetId: string): Promise<WireFailure> {
  const failure = await send(
    'GetPrice',
    GetPriceRequest.encode(GetPriceRequest.fromPartial({ assetId })).finish(),
  );
  if (failure === undefined) throw new Error('the call succeeded');
  return failure;
}

describe('a refused call', () => {
  it('carries one ErrorInfo and every field violation', async () => {
    expect(await failureFor('fields')).toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: 'asset_id: was "fields"; read_time: must be set',
      infos: [
        { reason: 'FIELD_INVALID', domain: 'trimtab', metadata: new Map([['field', 'asset_id']]) },
      ],
      violations: ['asset_id FIELD_INVALID: was "fields"', 'read_time FIELD_REQUIRED: must be set'],
      retryDelays: [],
    });
  });

  it('carries the delay after which a retry can help', async () => {
    expect(await failureFor('busy')).toMatchObject({
      code: status.UNAVAILABLE,
      infos: [{ reason: 'DEPENDENCY_UNAVAILABLE', metadata: new Map([['dependency', 'db']]) }],
      retryDelays: [20_001],
    });
  });

  it('keeps a message of any language', async () => {
    expect((await failureFor('unicode')).message).toBe('Währung "₿ 100 %" is unknown');
  });

  it('replaces what no encoding can carry', async () => {
    expect((await failureFor('surrogate')).message).toBe('asset \u{FFFD}');
  });

  it('cuts what would not fit into the trailers, and says how much there was', async () => {
    // 1 000 bytes hold 333 characters of 3 bytes.
    expect((await failureFor('long')).message).toBe(`${'₿'.repeat(333)}…`);
    const many = await failureFor('many');
    expect(many.infos[0]?.metadata.get('violation_count')).toBe('5000');
    expect(many.infos[0]?.metadata.get('violations_shown')).toBe(String(many.violations.length));
    expect(many.violations[0]).toBe('observations[0].price DECIMAL_NOT_CANONICAL: was "1.0"');
  });

  it('is a DomainFailure with the same content at our client', async () => {
    const client = await world.user(server);
    const failure = await client
      .getPrice({ assetId: 'fields', readTime: undefined })
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(DomainFailure);
    expect(failure).toMatchObject({
      error: {
        kind: 'INVALID_ARGUMENT',
        reason: 'FIELD_INVALID',
        metadata: { field: 'asset_id' },
        violations: [
          { field: 'asset_id', reason: 'FIELD_INVALID', message: 'was "fields"' },
          { field: 'read_time', reason: 'FIELD_REQUIRED', message: 'must be set' },
        ],
      },
    });
  });
});

describe('a defect', () => {
  it.each([
    ['invariant', 'INVARIANT_VIOLATED'],
    ['defect', 'INTERNAL'],
    ['unencodable', 'INTERNAL'],
  ])('shows nothing of itself: %s', async (assetId, reason) => {
    const failure = await failureFor(assetId);
    expect(failure).toEqual({
      code: status.INTERNAL,
      message: 'internal error',
      infos: [{ reason, domain: 'trimtab', metadata: new Map() }],
      violations: [],
      retryDelays: [],
    });
  });

  it('is in the log with its cause, without secrets', async () => {
    await failureFor('invariant');
    const line = world.logged.findLast(({ level }) => level === 'error');
    expect(line).toMatchObject({
      msg: 'call failed',
      code: 'INTERNAL',
      error: { type: 'InvariantViolation' },
    });
    expect(JSON.stringify(line)).not.toContain('a:b@');
  });

  it('is a RemoteFailure at our client', async () => {
    const client = await world.user(server);
    const call = client.getPrice({ assetId: 'defect', readTime: undefined });
    await expect(call).rejects.toBeInstanceOf(RemoteFailure);
  });
});

describe('bytes that are no request', () => {
  it.each([
    ['cut off', [0x0a, 0x05, 0x41]],
    ['of an unknown wire type', [0x0f]],
    ['of a varint without an end', Array.from({ length: 20 }, () => 0xff)],
  ])('%s are the mistake of the client', async (_name, bytes) => {
    expect(await send('GetPrice', Uint8Array.from(bytes))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      infos: [{ reason: 'MESSAGE_MALFORMED' }],
    });
  });
});

describe('a method without a handler', () => {
  it('answers UNIMPLEMENTED with its name', async () => {
    expect(await send('ListPrices', new Uint8Array())).toMatchObject({
      code: status.UNIMPLEMENTED,
      infos: [
        {
          reason: 'METHOD_UNIMPLEMENTED',
          metadata: new Map([['method', 'trimtab.oracle.v1.OracleService/ListPrices']]),
        },
      ],
    });
  });

  it('answers UNIMPLEMENTED when no service has it', async () => {
    expect(await send('Nothing', new Uint8Array())).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});

describe('limits of requests', () => {
  /** A request of exactly `size` bytes. */
  function sized(size: number): Uint8Array {
    for (let guess = size - 10; guess <= size; guess += 1) {
      const request = SubmitObservationsRequest.fromPartial({ requestId: 'x'.repeat(guess) });
      const bytes = SubmitObservationsRequest.encode(request).finish();
      if (bytes.byteLength === size) return bytes;
    }
    throw new Error(`no request has ${size} bytes`);
  }

  it.each([
    ['ListAssets', MIB, status.UNIMPLEMENTED],
    ['ListAssets', MIB + 1, status.RESOURCE_EXHAUSTED],
    ['SubmitObservations', 4 * MIB, undefined],
    ['SubmitObservations', 4 * MIB + 1, status.RESOURCE_EXHAUSTED],
    ['TakeSnapshot', MIB + 1, status.RESOURCE_EXHAUSTED],
  ])('%s of %i bytes from a user', async (method, size, code) => {
    const failure = await send(method, sized(size));
    expect(failure?.code).toBe(code);
    if (code === status.RESOURCE_EXHAUSTED) {
      expect(failure?.infos).toMatchObject([{ reason: 'MESSAGE_TOO_LARGE' }]);
      expect(failure?.infos[0]?.metadata.get('found')).toBe(String(size));
    }
  });

  it('takes more from a service where services exchange documents', async () => {
    const bearer = await world.issuer.issue({
      subject: 'ada',
      scopes: [],
      actor: 'service:intent',
    });
    expect((await send('TakeSnapshot', sized(8 * MIB), bearer))?.code).not.toBe(
      status.RESOURCE_EXHAUSTED,
    );
    expect((await send('ListAssets', sized(MIB + 1), bearer))?.code).toBe(
      status.RESOURCE_EXHAUSTED,
    );
  });
});

describe('a service whose method has no rule', () => {
  it('does not start, and the method is named', () => {
    const binding = bindOracle({ handlers: {} });
    const methods = binding.methods.map((method) =>
      method.name === 'GetPrice' ? { ...method, rule: undefined } : method,
    );
    expect(() =>
      createGrpcServer({
        name: 'oracle',
        address: '127.0.0.1:0',
        services: [{ ...binding, methods }],
        authenticator: world.authenticator,
        logger: silentLogger(),
        reflection: false,
        drainTimeoutMs: 0,
      }),
    ).toThrow(`no rule says who may call ${GET_PRICE}`);
  });
});
