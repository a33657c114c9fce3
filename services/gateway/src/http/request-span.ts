import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { extractTrace, tracer } from '@trimtab/telemetry';
import type { FastifyRequest } from 'fastify';

/** The span of a request and the context that its work runs in. */
export interface RequestSpan {
  readonly span: Span;
  readonly active: Context;
  readonly startedMs: number;
}

const spans = new WeakMap<FastifyRequest, RequestSpan>();

/** Starts the server span of a request (semantic conventions for HTTP); its parent is the caller's. */
export function startRequestSpan(request: FastifyRequest): void {
  const parent = extractTrace((key) => {
    const value = request.headers[key];
    return typeof value === 'string' ? value : undefined;
  });
  const route = routeOf(request);
  const span = tracer('@trimtab/gateway').startSpan(
    route === undefined ? request.method : `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': request.method,
        'url.path': pathOf(request),
        'url.scheme': 'http',
        ...(route !== undefined && { 'http.route': route }),
      },
    },
    parent,
  );
  spans.set(request, { span, active: trace.setSpan(parent, span), startedMs: performance.now() });
}

/** Ends the span with the status of the answer; 5xx is a failure of the server. */
export function endRequestSpan(request: FastifyRequest, status: number): void {
  const span = spans.get(request)?.span;
  span?.setAttribute('http.response.status_code', status);
  if (status >= 500) {
    span?.setAttribute('error.type', String(status));
    span?.setStatus({ code: SpanStatusCode.ERROR });
  }
  span?.end();
}

/** Runs work of a request inside its span: a body that arrived in parts has lost it. */
export function inRequestSpan<T>(request: FastifyRequest, run: () => T): T {
  return context.with(spans.get(request)?.active ?? context.active(), run);
}

/** The trace of a request, 32 hex digits; undefined when nothing traces. */
export function traceIdOf(request: FastifyRequest): string | undefined {
  const span = spans.get(request)?.span.spanContext();
  return span !== undefined && trace.isSpanContextValid(span) ? span.traceId : undefined;
}

/** How long a request has taken, in whole milliseconds. */
export function durationMs(request: FastifyRequest): number {
  const started = spans.get(request)?.startedMs;
  return started === undefined ? 0 : Math.round(performance.now() - started);
}

/** The path template of a request: `/api/v1/intents/{intentId}`; undefined for an unknown one. */
export function routeOf(request: FastifyRequest): string | undefined {
  return request.routeOptions.url?.replaceAll(/:([A-Za-z]+)/g, '{$1}');
}

/** The path of a request without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
