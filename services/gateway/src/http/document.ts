import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { ref, type Schema } from '../schemas/schema.js';
import type { Route } from './route.js';

/** What the OpenAPI document says besides its routes and schemas. */
export const DOCUMENT: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'Trimtab',
    version: '1',
    description:
      'Intents over REST. Numbers in requests are taken by their digits; decimals may be texts. ' +
      'A request of the wrong form is refused with every field of the wrong form; one that breaks ' +
      'rules of an intent with every rule that it breaks.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'http://127.0.0.1:8080', description: 'One machine.' }],
  tags: [
    { name: 'intents', description: 'What owners declare.' },
    { name: 'strategies', description: 'Templates to start from.' },
    { name: 'portfolio', description: 'What an owner has.' },
    { name: 'events', description: 'Server-sent events.' },
    { name: 'service', description: 'Of the gateway itself.' },
  ],
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  },
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is not well formed, or breaks rules.',
  401: 'The token is absent, expired or not accepted.',
  403: 'The subject or its scopes do not allow it.',
  404: 'There is no such thing.',
  409: 'The state forbids it, or it changed meanwhile.',
  412: 'The etag of If-Match is not the current one.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is no JSON.',
  429: 'Too much is asked for.',
  500: 'A defect; nothing of it is shown.',
  503: 'A service is down; call again after Retry-After.',
  504: 'The time of the call is over.',
};

/** The refusals that a route can answer, as problem details. */
export function problemResponses(route: Route): Readonly<Record<number, Schema>> {
  const codes = [
    ...((route.schema.querystring ?? route.schema.headers ?? route.schema.body) ? [400] : []),
    ...(route.access === 'token' ? [401, 403] : []),
    ...(route.schema.params ? [404] : []),
    ...(route.method === 'GET' ? [] : [409, 412]),
    ...(route.schema.body ? [413, 415] : []),
    ...(route.schema.tags.includes('service') ? [] : [429, 500, 503, 504]),
  ];
  return Object.fromEntries(codes.map((code) => [code, problemResponse(code)]));
}

function problemResponse(code: number): Schema {
  return {
    description: MEANINGS[code] ?? 'A refusal.',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  };
}
