import {
  OrderGenServiceService,
  RebalanceEvent,
  Rebalance_State,
  type WatchRebalanceRequest,
} from '@trimtab/contracts/ordergen';
import { domainError, refuse } from '@trimtab/core';
import { bindService, type CallContext, createGrpcServer, type GrpcServer } from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { eventually, testAuth } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anybody, startGatewayWorld, TREASURY_JSON, type GatewayWorld } from './gateway-world.js';
import { startIntentWorld, type IntentWorld } from './intent-world.js';

/** A stream of events as a browser reads it. */
interface Listener {
  readonly response: Response;
  /** The text until it matches. */
  until(pattern: RegExp): Promise<string>;
  leave(): void;
}

async function listen(url: string, headers: Readonly<Record<string, string>>): Promise<Listener> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    until: async (pattern) => {
      while (!pattern.test(text)) {
        const next = await reader?.read();
        if (next?.done !== false) throw new Error(`ended before ${String(pattern)}:\n${text}`);
        text += next.value;
      }
      return text;
    },
    leave: () => leaving.abort(),
  };
}

const lastId = (text: string): string => [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '';

describe('server-sent events of intents', () => {
  let intents: IntentWorld;
  let world: GatewayWorld;
  let token: string;

  beforeAll(async () => {
    intents = await startIntentWorld();
    world = await startGatewayWorld({ intent: intents.address });
    token = await intents.tokenOf('alice', 'intent:write');
  });

  afterAll(async () => {
    await world.close();
    await intents.close();
  });

  const create = async (): Promise<string> =>
    (await world.ask('POST', '/api/v1/intents', { token, body: TREASURY_JSON })).json.intent.id;
  const open = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    listen(`${world.base}${path}`, { authorization: `Bearer ${token}`, ...headers });

  it('show the intents now, then every change with its sequence, and live by heartbeats', async () => {
    const id = await create();
    const events = await open('/api/v1/intents/events');
    expect(events.response.headers.get('content-type')).toContain('text/event-stream');
    await events.until(new RegExp(`event: intent\\ndata: .*"id":"${id}"`));
    await world.ask('POST', `/api/v1/intents/${id}/pause`, { token });
    const text = await events.until(new RegExp(`"id":"${id}".*"status":"paused"`));
    expect(text).toContain('retry: 2000');
    await events.until(/^: heartbeat$/m);
    events.leave();
  });

  it('go on after Last-Event-ID, without what was seen', async () => {
    const id = await create();
    const path = `/api/v1/intents/${id}/events`;
    const first = await open(path);
    const seen = lastId(await first.until(/"status":"active"[^]*\n\n/));
    first.leave();
    await world.ask('POST', `/api/v1/intents/${id}/pause`, { token });
    const second = await open(path, { 'last-event-id': seen });
    const text = await second.until(/"status":"paused"/);
    expect(Number(lastId(text))).toBeGreaterThan(Number(seen));
    expect(text).not.toContain(`id: ${seen}\n`);
    second.leave();
  });

  it('refuse with a status before they begin', async () => {
    const bob = await intents.tokenOf('bob', 'intent:write');
    const id = await create();
    const path = `/api/v1/intents/${id}/events`;
    const refused = async (headers: Readonly<Record<string, string>>, at = path) => {
      const response = await fetch(`${world.base}${at}`, { headers });
      return [response.status, ((await response.json()) as { reason: string }).reason];
    };
    const authorization = `Bearer ${token}`;
    expect(await refused({})).toEqual([401, 'UNAUTHENTICATED']);
    expect(await refused({ authorization: `Bearer ${bob}` })).toEqual([403, 'PERMISSION_DENIED']);
    expect(await refused({ authorization }, '/api/v1/intents/intent-1-00000000/events')).toEqual([
      ...[404, 'INTENT_NOT_FOUND'],
    ]);
    const far = { authorization, 'last-event-id': '999999999' };
    expect(await refused(far)).toEqual([400, 'SEQUENCE_OUT_OF_RANGE']);
    expect(await refused({ ...far, 'last-event-id': 'x' })).toEqual([400, 'FIELD_INVALID']);
  });

  it('end when the gateway stops, which waits for nobody', async () => {
    const own = await startGatewayWorld({ intent: intents.address });
    const id = await create();
    const events = await listen(`${own.base}/api/v1/intents/${id}/events`, {
      authorization: `Bearer ${token}`,
    });
    await events.until(/event: intent/);
    await own.close();
    await expect(events.until(/never/)).rejects.toThrow('ended before');
  });
});

describe('server-sent events of a rebalance', () => {
  let server: GrpcServer;
  let world: GatewayWorld;
  let token: string;
  let openCount = 0;

  beforeAll(async () => {
    const auth = await testAuth();
    const event = (sequence: number) =>
      RebalanceEvent.fromPartial({
        sequence: BigInt(sequence),
        rebalanceId: 'rebalance-1',
        state: Rebalance_State.STATE_EXECUTING,
        event: { $case: 'dispatch', value: { sendCount: 1, action: undefined } },
      });
    server = createGrpcServer({
      name: 'ordergen',
      address: '127.0.0.1:0',
      services: [
        bindService({
          definition: OrderGenServiceService,
          rules: anybody(OrderGenServiceService),
          handlers: {
            WatchRebalance: async function* (request: WatchRebalanceRequest, context: CallContext) {
              openCount += 1;
              try {
                for (let next = Number(request.afterSequence) + 1; next <= 3; next += 1) {
                  yield { event: event(next) };
                }
                if (request.rebalanceId === 'refused-later') {
                  refuse(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the end of it'));
                }
                if (request.rebalanceId === 'open') {
                  await new Promise((_resolve, reject) =>
                    context.signal.addEventListener('abort', () => reject(new Error('left'))),
                  );
                }
              } finally {
                openCount -= 1;
              }
            },
          },
        }),
      ],
      authenticator: auth.authenticator,
      logger: silentLogger(),
      reflection: false,
      drainTimeoutMs: 1000,
    });
    await server.start();
    world = await startGatewayWorld({ ordergen: server.address });
    token = await auth.token('alice', []);
  });

  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  const open = (id: string, headers: Readonly<Record<string, string>> = {}) =>
    listen(`${world.base}/api/v1/rebalances/${id}/events`, {
      authorization: `Bearer ${token}`,
      ...headers,
    });

  it('are its events by sequence, resumed after the last that was seen, and end with it', async () => {
    const response = await fetch(`${world.base}/api/v1/rebalances/ended/events`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': '1' },
    });
    const frames = (await response.text()).split('\n\n').filter((text) => text.startsWith('id:'));
    expect(frames.map((text) => text.split('\n').slice(0, 2))).toEqual([
      ['id: 2', 'event: dispatch'],
      ['id: 3', 'event: dispatch'],
    ]);
    const data = JSON.parse(frames[0]?.split('data: ')[1] ?? '') as object;
    expect(data).toMatchObject({
      sequence: '2',
      state: 'STATE_EXECUTING',
      dispatch: { sendCount: 1 },
    });
  });

  it('end the call to the service when the caller leaves', async () => {
    const events = await open('open');
    await events.until(/id: 3/);
    expect(openCount).toBe(1);
    events.leave();
    await eventually(async () => (openCount === 0 ? true : undefined));
  });

  it('say as an event what ends them later', async () => {
    const events = await open('refused-later');
    const text = await events.until(/event: error\ndata: .*\n\n/);
    expect(text).toMatch(/event: error\ndata: .*"reason":"DEPENDENCY_UNAVAILABLE"/);
  });

  it('are more than one connection takes, and calls still get through', async () => {
    const streams = await Promise.all(Array.from({ length: 120 }, () => open('open')));
    await Promise.all(streams.map((events) => events.until(/id: 3/)));
    expect(openCount).toBe(120);
    for (const events of streams) events.leave();
    await eventually(async () => (openCount === 0 ? true : undefined));
  });
});
