import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { DomainFailure, domainError } from '@trimtab/core';
import { traceIdOfFailure, type GrpcServer } from '@trimtab/grpc';
import { currentTraceId, inSpan, startTelemetry, tracer, type Telemetry } from '@trimtab/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGrpcWorld, type GrpcWorld } from './grpc-world.js';

const GET_PRICE = 'trimtab.oracle.v1.OracleService/GetPrice';
const request = { assetId: '', readTime: undefined };

const exporter = new InMemorySpanExporter();
let telemetry: Telemetry;
let world: GrpcWorld;
let front: GrpcServer;

beforeAll(async () => {
  telemetry = startTelemetry({
    serviceName: 'test',
    processors: [new SimpleSpanProcessor(exporter)],
  });
  world = await createGrpcWorld();
  const back = await world.serve({
    handlers: {
      GetPrice: async ({ assetId }) => {
        if (assetId === 'unknown') {
          throw new DomainFailure(domainError('NOT_FOUND', 'ASSET_NOT_FOUND', 'no'));
        }
        if (assetId === 'defect') throw new Error('bug');
        return { price: undefined, quotes: [] };
      },
      WatchPrices: async function* () {
        yield { price: undefined };
      },
    },
  });
  const further = world.service(back);
  front = await world.serve({
    handlers: {
      GetPrice: (message, context) => further.getPrice(message, context),
      WatchPrices: (message, context) => further.watchPrices(message, context),
    },
  });
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await world.close();
  await telemetry.shutdown();
});

/** Spans of one trace, from the first caller on: each is the parent of the next. */
function chain(traceId: string | undefined): readonly ReadableSpan[] {
  const spans = exporter
    .getFinishedSpans()
    .filter((span) => span.spanContext().traceId === traceId);
  const ordered: ReadableSpan[] = [];
  for (let parent: string | undefined; ;) {
    const next = spans.find((span) => span.parentSpanContext?.spanId === parent);
    if (next === undefined) return ordered;
    ordered.push(next);
    parent = next.spanContext().spanId;
  }
}

describe('the spans of a call through two services', () => {
  it('are one chain in one trace, client and server in turn', async () => {
    const client = await world.user(front);
    const traceId = await inSpan(tracer('test'), 'owner', {}, async () => {
      await client.getPrice(request);
      return currentTraceId();
    });
    const spans = chain(traceId);
    expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
      ['owner', SpanKind.INTERNAL],
      [GET_PRICE, SpanKind.CLIENT],
      [GET_PRICE, SpanKind.SERVER],
      [GET_PRICE, SpanKind.CLIENT],
      [GET_PRICE, SpanKind.SERVER],
    ]);
    expect(spans[4]?.attributes).toEqual({
      'rpc.system.name': 'grpc',
      'rpc.method': GET_PRICE,
      'rpc.response.status_code': 'OK',
      'trimtab.caller.actor': 'service:intent',
    });
    const lines = world.logged.filter((line) => line['trace_id'] === traceId);
    expect(lines.map(({ msg, code, method }) => [msg, code, method])).toEqual([
      ['call answered', 'OK', GET_PRICE],
      ['call answered', 'OK', GET_PRICE],
    ]);
  });

  it('hold together for streams', async () => {
    const client = await world.user(front);
    const traceId = await inSpan(tracer('test'), 'owner', {}, async () => {
      for await (const message of client.watchPrices({ assetIds: [] }))
        expect(message).toBeDefined();
      return currentTraceId();
    });
    expect(chain(traceId).map(({ kind }) => kind)).toEqual([
      SpanKind.INTERNAL,
      SpanKind.CLIENT,
      SpanKind.SERVER,
      SpanKind.CLIENT,
      SpanKind.SERVER,
    ]);
  });

  it.each([
    ['unknown', 'NOT_FOUND', 'ASSET_NOT_FOUND', SpanStatusCode.UNSET],
    ['defect', 'INTERNAL', 'INTERNAL', SpanStatusCode.ERROR],
  ])('say how it ended: %s', async (assetId, code, reason, serverStatus) => {
    const client = await world.user(front);
    const failure: unknown = await client
      .getPrice({ ...request, assetId })
      .catch((error: unknown) => error);
    const traceIds = exporter.getFinishedSpans().map((span) => span.spanContext().traceId);
    expect(traceIdOfFailure(failure)).toBe(traceIds[0]);
    const servers = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER);
    expect(servers).toHaveLength(2);
    for (const span of servers) {
      expect(span.attributes).toMatchObject({
        'rpc.response.status_code': code,
        'trimtab.error.reason': reason,
      });
      expect(span.status.code).toBe(serverStatus);
    }
    const clients = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(clients.map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
    ]);
  });
});
