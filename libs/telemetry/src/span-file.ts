import { SpanKind, SpanStatusCode, type HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { redactText } from './redact.js';
import type { EndedSpan, StartedSpan } from './span-record.js';

/** Where spans are kept on this machine. */
export interface SpanFileOptions {
  readonly folder: string;
  /** Name of the process in every line. */
  readonly process: string;
  /** A file of this size is closed and another begun; 16 MiB by default. */
  readonly fileBytes?: number;
  /** The folder keeps the latest files of about this size together, of all processes; 512 MiB by default. */
  readonly keptBytes?: number;
}

const MEBIBYTE = 1024 * 1024;

/** Files of spans end like this. */
export const SPAN_FILE_SUFFIX = '.spans.jsonl';

/**
 * Writes each span to a file, at its start and at its end, at once: what a killed process leaves is a
 * span without an end, and not a child without its parent.
 */
export function createSpanFile(options: SpanFileOptions): SpanProcessor {
  const { folder, fileBytes = 16 * MEBIBYTE, keptBytes = 512 * MEBIBYTE } = options;
  let file: number | undefined;
  let size = 0;
  let fileCount = 0;

  function append(line: StartedSpan | EndedSpan): void {
    if (file !== undefined && size >= fileBytes) close();
    file ??= open();
    size += writeSync(file, `${JSON.stringify(line)}\n`);
  }

  function open(): number {
    mkdirSync(folder, { recursive: true });
    prune(folder, keptBytes);
    fileCount += 1;
    size = 0;
    const name = `${Date.now()}-${process.pid}-${fileCount}${SPAN_FILE_SUFFIX}`;
    return openSync(join(folder, name), 'a');
  }

  function close(): void {
    if (file !== undefined) closeSync(file);
    file = undefined;
  }

  return {
    onStart: (span) => append(startOf(span, options.process)),
    onEnd: (span) => append(endOf(span)),
    forceFlush: async () => undefined,
    shutdown: async () => close(),
  };
}

function startOf(span: ReadableSpan, process: string): StartedSpan {
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: redactText(span.name),
    kind: SpanKind[span.kind],
    startMs: millisOf(span.startTime),
    process,
  };
}

function endOf(span: ReadableSpan): EndedSpan {
  const { traceId, spanId } = span.spanContext();
  const { code, message } = span.status;
  return {
    traceId,
    spanId,
    durationMs: millisOf(span.duration),
    attributes: span.attributes,
    links: span.links.map(({ context }) => `${context.traceId}/${context.spanId}`),
    ...(code === SpanStatusCode.ERROR && { error: message ?? '' }),
  };
}

function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1_000_000;
}

/** Deletes the oldest files until the others are of the size that is kept. */
function prune(folder: string, keptBytes: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SPAN_FILE_SUFFIX))
    .map((name) => ({ path: join(folder, name), stat: statSync(join(folder, name)) }))
    .sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs || (a.path < b.path ? 1 : -1));
  let bytes = 0;
  for (const { path, stat } of files) {
    bytes += stat.size;
    if (bytes > keptBytes) rmSync(path, { force: true });
  }
}
