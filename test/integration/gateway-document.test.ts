import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGatewayWorld, TREASURY_JSON, type GatewayWorld } from './gateway-world.js';
import { startIntentWorld, type IntentWorld } from './intent-world.js';

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Each operation with a request that it answers, and the status of the answer. */
const REQUESTS: readonly (readonly [operation: string, status: number, options?: Options])[] = [
  ['POST /api/v1/intents', 201, { body: TREASURY_JSON }],
  ['POST /api/v1/intents', 400, { body: '{"kind":1}' }],
  ['POST /api/v1/intents', 400, { body: TREASURY_JSON.replace('0.50', '2') }],
  ['POST /api/v1/intents', 401, { body: TREASURY_JSON, token: '' }],
  ['POST /api/v1/intents', 403, { body: TREASURY_JSON, token: 'reader' }],
  ['POST /api/v1/intents', 413, { body: ' '.repeat(1_100_000) }],
  ['GET /api/v1/intents', 200],
  ['GET /api/v1/intents', 400, { query: '?pageSize=-1' }],
  ['GET /api/v1/intents/{intentId}', 200],
  ['GET /api/v1/intents/{intentId}', 403, { token: 'reader' }],
  ['GET /api/v1/intents/{intentId}', 404, { id: 'intent-1-00000000' }],
  ['PUT /api/v1/intents/{intentId}', 200, { body: '{"config":{"maturityDays":31}}' }],
  ['PUT /api/v1/intents/{intentId}', 412, { body: '{}', headers: { 'if-match': '"x"' } }],
  ['POST /api/v1/intents/{intentId}/pause', 200],
  ['POST /api/v1/intents/{intentId}/pause', 409],
  ['POST /api/v1/intents/{intentId}/resume', 200],
  ['GET /api/v1/intents/events', 200],
  ['GET /api/v1/intents/{intentId}/events', 200],
  ['GET /api/v1/rebalances/{rebalanceId}/events', 503],
  ['GET /api/v1/strategies', 200],
  ['GET /api/v1/portfolio', 200],
  ['DELETE /api/v1/intents/{intentId}', 200],
  ['DELETE /api/v1/intents/{intentId}', 409],
  ['GET /healthz', 200],
  ['GET /readyz', 200],
  ['GET /openapi.json', 200],
];

interface Options {
  readonly body?: string;
  readonly token?: '' | 'reader';
  readonly query?: string;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('real answers are as the OpenAPI document says', () => {
  let intents: IntentWorld;
  let world: GatewayWorld;
  let document: Document;
  let validator: FastifyInstance;
  let intentId: string;
  const tokens = new Map<string | undefined, string>();

  beforeAll(async () => {
    intents = await startIntentWorld();
    world = await startGatewayWorld({ intent: intents.address });
    tokens.set(undefined, await intents.tokenOf('alice', 'intent:write'));
    tokens.set('reader', await intents.tokenOf('rita'));
    document = (await (await fetch(`${world.base}/openapi.json`)).json()) as Document;
    validator = fastify({
      ajv: {
        customOptions: { coerceTypes: false, removeAdditional: false, allowUnionTypes: true },
      },
    });
    // The framework makes its validator with the first schema that it is given.
    validator.get('/', { schema: { querystring: { type: 'object' } } }, async () => '');
    await validator.ready();
    const token = tokens.get(undefined) ?? '';
    const { json } = await world.ask('POST', '/api/v1/intents', { token, body: TREASURY_JSON });
    intentId = json.intent.id;
  });

  afterAll(async () => {
    await world.close();
    await intents.close();
  });

  /** The problems that the document has with a body; none is an empty list. */
  function problems(schema: Schema, body: unknown): unknown {
    const local = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/definitions/'));
    const whole = { ...(local(schema) as Schema), definitions: local(document.components.schemas) };
    const validate = validator.validatorCompiler?.({
      schema: whole,
      method: 'GET',
      url: '/',
      httpPart: 'response',
    }) as ((data: unknown) => boolean) & { errors?: unknown };
    return validate(body) ? [] : validate.errors;
  }

  const requests = REQUESTS.map(([operation, status, options = {}]) => ({
    operation,
    status,
    options,
  }));

  it.each(requests)('$operation answers $status', async ({ operation, status, options }) => {
    const [method = '', path = ''] = operation.split(' ');
    const token = options.token === '' ? undefined : tokens.get(options.token);
    const leaving = new AbortController();
    const url = path
      .replace('{intentId}', options.id ?? intentId)
      .replace('{rebalanceId}', 'rebalance-1');
    const response = await fetch(`${world.base}${url}${options.query ?? ''}`, {
      method,
      signal: leaving.signal,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: options.body }),
    });
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const documented =
      document.paths[path]?.[method.toLowerCase()]?.responses[String(status)]?.content;
    expect([response.status, Object.keys(documented ?? {})]).toEqual([status, [type]]);
    if (type === 'text/event-stream') {
      leaving.abort();
      return;
    }
    const body: unknown = await response.json();
    expect(problems(documented?.[type]?.schema ?? {}, body)).toEqual([]);
    // The check itself notices what is too much.
    if (type === 'application/problem+json' || path.startsWith('/api/')) {
      const more = { ...(body as object), surprise: 1 };
      expect(problems(documented?.[type]?.schema ?? {}, more)).not.toEqual([]);
    }
  });

  it('every operation of the document was exercised', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const exercised = new Set(REQUESTS.map(([operation]) => operation));
    expect(operations.filter((operation) => !exercised.has(operation))).toEqual([]);
  });
});
