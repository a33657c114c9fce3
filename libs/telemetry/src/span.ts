import {
  SpanStatusCode,
  context,
  isSpanContextValid,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import { redactText } from './redact.js';

/** What a span is made with besides its name. */
export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Context of the parent; absent: the active span is the parent. */
  readonly parent?: Context;
  readonly links?: readonly Link[];
}

/** The tracer of one part of the system; `name` is its instrumentation scope, such as `@trimtab/grpc`. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name);
}

/**
 * Runs `run` with a new active span and ends the span with it. A thrown error is recorded, marks the
 * span as failed and is thrown on.
 */
export async function inSpan<T>(
  source: Tracer,
  name: string,
  options: SpanOptions,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = options.parent ?? context.active();
  const span = source.startSpan(
    name,
    {
      ...(options.kind === undefined ? {} : { kind: options.kind }),
      ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
      ...(options.links === undefined ? {} : { links: [...options.links] }),
    },
    parent,
  );
  try {
    return await context.with(trace.setSpan(parent, span), () => run(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed with the error's message, secrets taken out. */
export function recordFailure(span: Span, error: unknown): void {
  const name = error instanceof Error ? error.name : 'Error';
  const message = redactText(error instanceof Error ? error.message : String(error));
  span.recordException({ name, message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The trace id of the active span, 32 hexadecimal digits. */
export function currentTraceId(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? span.traceId : undefined;
}
