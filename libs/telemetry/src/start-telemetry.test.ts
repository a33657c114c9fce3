import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import {
  contextOfTraceparent,
  currentTraceparent,
  extractTrace,
  injectTrace,
} from './propagation.js';
import { currentTraceId, inSpan, tracer } from './span.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';

const started: Telemetry[] = [];

function start(otlpEndpoint?: string): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  started.push(
    startTelemetry({
      serviceName: 'test',
      processors: [new SimpleSpanProcessor(exporter)],
      ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }),
    }),
  );
  return exporter;
}

afterEach(async () => {
  for (const telemetry of started.splice(0)) await telemetry.shutdown();
});

describe('inSpan', () => {
  it('makes the active span the parent, across awaits', async () => {
    const exporter = start();
    const spans = tracer('test');
    await inSpan(spans, 'outer', {}, async () => {
      await Promise.resolve();
      await inSpan(spans, 'inner', { kind: SpanKind.CLIENT }, async () => undefined);
    });
    const [inner, outer] = exporter.getFinishedSpans();
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(inner?.kind).toBe(SpanKind.CLIENT);
  });

  it('records a thrown error without its secrets and throws it on', async () => {
    const exporter = start();
    const error = new Error('connect postgres://a:b@c/d');
    await expect(inSpan(tracer('test'), 'work', {}, () => Promise.reject(error))).rejects.toBe(
      error,
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'connect postgres://[redacted]@c/d',
    });
    expect(JSON.stringify(span?.events)).not.toContain('a:b@');
  });
});

describe('trace context', () => {
  it('travels through headers', async () => {
    start();
    const headers = new Map<string, string>();
    const sent = await inSpan(tracer('test'), 'send', {}, async () => {
      injectTrace((key, value) => headers.set(key, value));
      return currentTraceId();
    });
    const parent = extractTrace((key) => headers.get(key));
    const received = await inSpan(tracer('test'), 'receive', { parent }, async () =>
      currentTraceId(),
    );
    expect(received).toBe(sent);
    expect(received).toMatch(/^[0-9a-f]{32}$/);
  });

  it('travels through a stored traceparent', async () => {
    start();
    const stored = await inSpan(tracer('test'), 'store', {}, async () => currentTraceparent());
    const parent = contextOfTraceparent(stored);
    await inSpan(tracer('test'), 'load', { parent }, async () => {
      expect(stored).toContain(currentTraceId());
    });
  });

  it.each([undefined, '', 'garbage', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`])(
    'starts a trace of its own without a valid one: %s',
    async (traceparent) => {
      start();
      const parent = contextOfTraceparent(traceparent);
      await inSpan(tracer('test'), 'work', { parent }, async () => {
        expect(currentTraceId()).toMatch(/[1-9a-f]/);
      });
    },
  );
});

describe('startTelemetry', () => {
  it('lets who starts a trace decide for all of it', async () => {
    const exporter = new InMemorySpanExporter();
    const processors = [new SimpleSpanProcessor(exporter)];
    started.push(startTelemetry({ serviceName: 'test', sampleRatio: 0, processors }));
    const trace = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';
    for (const [name, flags] of [
      ['kept', '01'],
      ['dropped', '00'],
    ]) {
      const parent = contextOfTraceparent(`00-${trace}-${flags ?? ''}`);
      await inSpan(tracer('test'), name ?? '', { parent }, async () => undefined);
    }
    await inSpan(tracer('test'), 'begun here', {}, async () => {
      // Not recorded, and known by its id all the same.
      expect(currentTraceId()).toMatch(/[1-9a-f]/);
    });
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['kept']);
  });

  it('gives receivers no secret that stands in an attribute or a name', async () => {
    const exporter = start();
    const attributes = { 'trimtab.vault.id': 'Bearer s3cret', 'trimtab.action.index': 1 };
    await inSpan(tracer('test'), 'work for Bearer s3cret', { attributes }, async () => undefined);
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('work for Bearer [redacted]');
    expect(span?.attributes).toEqual({
      'trimtab.vault.id': 'Bearer [redacted]',
      'trimtab.action.index': 1,
    });
    expect(span?.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('gives every starter the spans, until it shuts down', async () => {
    const first = start();
    const second = start();
    await inSpan(tracer('test'), 'both', {}, async () => undefined);
    expect(first.getFinishedSpans()).toHaveLength(1);
    expect(second.getFinishedSpans()).toHaveLength(1);
    await started.pop()?.shutdown();
    await inSpan(tracer('test'), 'one', {}, async () => undefined);
    expect(first.getFinishedSpans()).toHaveLength(2);
  });

  it('shuts down without an error when no collector listens', async () => {
    start('http://127.0.0.1:9');
    await inSpan(tracer('test'), 'lost', {}, async () => undefined);
    await expect(started.pop()?.shutdown()).resolves.toBeUndefined();
  });

  it('has no trace id outside of a span', () => {
    start();
    expect(currentTraceId()).toBeUndefined();
  });
});
