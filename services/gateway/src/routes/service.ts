import type { Route } from '../http/route.js';
import { ref } from '../schemas/schema.js';

/** The routes of the gateway itself: alive, ready, and the document of all routes. */
export function serviceRoutes(state: {
  readonly ready: () => boolean;
  readonly document: () => unknown;
}): Route[] {
  return [
    {
      method: 'GET',
      url: '/healthz',
      access: 'public',
      schema: {
        operationId: 'alive',
        summary: 'Answers as long as the process lives',
        tags: ['service'],
        response: { 200: ref('Health') },
      },
      answer: async () => ({ status: 200, body: { ready: state.ready() } }),
    },
    {
      method: 'GET',
      url: '/readyz',
      access: 'public',
      schema: {
        operationId: 'ready',
        summary: 'Whether requests shall be sent here: not before it serves, nor while it stops',
        tags: ['service'],
        response: { 200: ref('Health'), 503: ref('Health') },
      },
      answer: async () => {
        const ready = state.ready();
        return { status: ready ? 200 : 503, body: { ready } };
      },
    },
    {
      method: 'GET',
      url: '/openapi.json',
      access: 'public',
      schema: {
        operationId: 'openapi',
        summary: 'This document',
        tags: ['service'],
        response: {
          200: { type: 'object', description: 'OpenAPI 3.1.', additionalProperties: true },
        },
      },
      answer: async () => ({ status: 200, body: state.document() }),
    },
  ];
}
