import { request as httpRequest } from 'node:http';
import { IntentServiceService } from '@trimtab/contracts/intent';
import { domainError, DomainFailure, type ErrorKind } from '@trimtab/core';
import { bindService, createGrpcServer, type GrpcServer } from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { eventually, memorySpans, testAuth } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anybody, startGatewayWorld, type GatewayWorld } from './gateway-world.js';

describe('failures of the services behind the gateway', () => {
  let server: GrpcServer;
  let world: GatewayWorld;
  let token: string;
  let failure: Error = new Error('unset');
  let hang = false;
  let cancelledCount = 0;

  beforeAll(async () => {
    const auth = await testAuth();
    server = createGrpcServer({
      name: 'intent',
      address: '127.0.0.1:0',
      services: [
        bindService({
          definition: IntentServiceService,
          rules: anybody(IntentServiceService),
          handlers: {
            GetIntent: async (_request, context) => {
              if (!hang) throw failure;
              await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
              cancelledCount += 1;
              throw failure;
            },
          },
        }),
      ],
      authenticator: auth.authenticator,
      logger: silentLogger(),
      reflection: false,
      drainTimeoutMs: 500,
    });
    await server.start();
    world = await startGatewayWorld({
      intent: server.address,
      environment: { REQUEST_TIMEOUT_MILLIS: '1500' },
    });
    token = await auth.token('alice', []);
  });

  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  const ask = (headers: Readonly<Record<string, string>> = {}) =>
    world.ask('GET', '/api/v1/intents/intent-1', { token, headers });

  it.each<readonly [ErrorKind, string, number]>([
    ['INVALID_ARGUMENT', 'FIELD_INVALID', 400],
    ['OUT_OF_RANGE', 'SEQUENCE_OUT_OF_RANGE', 400],
    ['UNAUTHENTICATED', 'UNAUTHENTICATED', 401],
    ['PERMISSION_DENIED', 'PERMISSION_DENIED', 403],
    ['NOT_FOUND', 'INTENT_NOT_FOUND', 404],
    ['FAILED_PRECONDITION', 'INTENT_TERMINAL', 409],
    ['ABORTED', 'ETAG_MISMATCH', 409],
    ['ALREADY_EXISTS', 'ASSET_EXISTS', 409],
    ['RESOURCE_EXHAUSTED', 'MESSAGE_TOO_LARGE', 413],
    ['RESOURCE_EXHAUSTED', 'INTERNAL', 429],
    ['UNIMPLEMENTED', 'METHOD_UNIMPLEMENTED', 501],
    ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 504],
  ])('%s with %s is %i', async (kind, reason, status) => {
    failure = new DomainFailure(domainError(kind, reason, 'the words', { limit: '7' }));
    const { status: answered, json } = await ask();
    expect([answered, json.status, json.reason, json.message]).toEqual([
      ...[status, status, reason, 'the words'],
    ]);
    expect(json).toMatchObject({ metadata: { limit: '7' } });
  });

  it('UNAVAILABLE is 503 with the delay in whole seconds, rounded up', async () => {
    const error = domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'down');
    failure = new DomainFailure({ ...error, retryAfterMillis: 2_001 });
    const { status, headers } = await ask();
    expect([status, headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('a defect is 500 and shows nothing of itself', async () => {
    failure = new Error('password=secret at /srv/x.js:1');
    const { status, text, json } = await ask();
    expect([status, json.reason, json.message]).toEqual([500, 'INTERNAL', 'internal error']);
    expect(text).not.toMatch(/secret|stack|\.js/);
  });

  it('a service that does not answer in time is 504', async () => {
    hang = true;
    try {
      const { status, json } = await ask();
      expect([status, json.reason]).toEqual([504, 'DEADLINE_EXCEEDED']);
    } finally {
      hang = false;
    }
  });

  it('a caller that leaves ends the call to the service', async () => {
    hang = true;
    const before = cancelledCount;
    const leaving = httpRequest(`${world.base}/api/v1/intents/intent-1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    leaving.on('error', () => undefined);
    leaving.end();
    await new Promise((resolve) =>
      leaving.on('socket', (socket) => socket.once('connect', resolve)),
    );
    const started = performance.now();
    setTimeout(() => leaving.destroy(), 100);
    await eventually(async () => (cancelledCount > before ? true : undefined));
    hang = false;
    expect(performance.now() - started).toBeLessThan(1_400);
  });

  it('a service that is not there is 503, and health is the gateway’s own', async () => {
    const alone = await startGatewayWorld({ environment: { REQUEST_TIMEOUT_MILLIS: '1500' } });
    try {
      const { status, headers, json } = await alone.ask('GET', '/api/v1/strategies');
      expect([status, json.reason]).toEqual([503, 'DEPENDENCY_UNAVAILABLE']);
      expect(headers.get('retry-after')).toBe('1');
      expect((await alone.ask('GET', '/healthz')).text).toBe('{"ready":true}');
      expect((await alone.ask('GET', '/readyz')).status).toBe(200);
    } finally {
      await alone.close();
    }
    await expect(fetch(`${alone.base}/healthz`)).rejects.toThrow();
  });

  it('are in one trace with the caller, which the problem names', async () => {
    const spans = memorySpans();
    try {
      failure = new DomainFailure(domainError('NOT_FOUND', 'INTENT_NOT_FOUND', 'no such intent'));
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const { json } = await ask({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });
      expect(json.traceId).toBe(traceId);
      const [http] = await eventually(async () => {
        const found = spans.named('GET /api/v1/intents/{intentId}');
        return found.length > 0 ? found : undefined;
      });
      expect(http?.attributes).toMatchObject({
        'http.request.method': 'GET',
        'http.route': '/api/v1/intents/{intentId}',
        'http.response.status_code': 404,
      });
      expect(http?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
      const calls = spans.named('trimtab.intent.v1.IntentService/GetIntent');
      expect(calls.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    } finally {
      await spans.stop();
    }
  });
});
