import { ROOT_CONTEXT, context, propagation, type Context } from '@opentelemetry/api';

/** Writes the active trace context as headers (`traceparent`, `tracestate`) through `set`. */
export function injectTrace(set: (key: string, value: string) => void): void {
  propagation.inject(context.active(), undefined, {
    set: (_carrier, key, value) => set(key, value),
  });
}

/**
 * Reads the trace context that a caller or publisher sent, through `get`. Without one, or with a
 * malformed one, the result has no span and the next span starts a trace of its own.
 */
export function extractTrace(get: (key: string) => string | undefined): Context {
  return propagation.extract(ROOT_CONTEXT, undefined, {
    get: (_carrier, key) => get(key),
    keys: () => [],
  });
}

/** The active trace context as one `traceparent` text, to be stored beside a message. */
export function currentTraceparent(): string | undefined {
  let traceparent: string | undefined;
  injectTrace((key, value) => {
    if (key === 'traceparent') traceparent = value;
  });
  return traceparent;
}

/** Reads a stored `traceparent` text back. */
export function contextOfTraceparent(traceparent: string | undefined): Context {
  return extractTrace((key) => (key === 'traceparent' ? traceparent : undefined));
}
