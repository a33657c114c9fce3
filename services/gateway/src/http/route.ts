import type { FastifyReply, FastifyRequest } from 'fastify';
import { tokenOf } from './caller-token.js';
import { inRequestSpan } from './request-span.js';
import type { Schema } from '../schemas/schema.js';

/** Who may call a route. */
export type Access = 'token' | 'public';

/** A route: what the document says of it, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly access: Access;
  readonly schema: RouteSchema;
  /** Answers; absent for a stream. */
  readonly answer?: (call: RestCall) => Promise<Answer>;
  /** Takes the connection over. */
  readonly stream?: (call: RestCall, reply: FastifyReply) => Promise<void>;
}

/** The schema of a route: the framework validates by it and the document shows it. */
export interface RouteSchema {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: Schema;
  readonly querystring?: Schema;
  readonly headers?: Schema;
  readonly body?: Schema;
  readonly response: Readonly<Record<number, Schema>>;
}

/** A request as routes see it. */
export interface RestCall {
  readonly request: FastifyRequest;
  /** Passed on to the services. */
  readonly token: string | undefined;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** A parameter of the path. */
  param(name: string): string;
  /** A parameter of the query; undefined if absent. */
  query(name: string): string | undefined;
  /** A header; undefined if absent. */
  header(name: string): string | undefined;
}

/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves a request by its route. */
export async function serveRoute(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  return inRequestSpan(request, async () => {
    const call = restCall(request, reply);
    if (route.stream !== undefined) {
      await route.stream(call, reply);
      return reply;
    }
    const answer = await route.answer?.(call);
    void reply.headers(answer?.headers ?? {}).code(answer?.status ?? 200);
    return answer?.body;
  });
}

function restCall(request: FastifyRequest, reply: FastifyReply): RestCall {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort(new Error('the caller left'));
  });
  const read = (from: unknown, name: string): string | undefined => {
    if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return undefined;
    const value = (from as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    request,
    token: tokenOf(request.headers.authorization),
    signal: left.signal,
    param: (name) => read(request.params, name) ?? '',
    query: (name) => read(request.query, name),
    header: (name) => read(request.headers, name),
  };
}
