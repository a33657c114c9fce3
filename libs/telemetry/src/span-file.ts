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
  /** The folder keeps this many files, the latest; 8 by default. */
  readonly keptFiles?: number;
}

/** Files of spans end like this. */
export const SPAN_FILE_SUFFIX = '.spans.jsonl';

/**
 * Writes each span to a file, at its start and at its end, at once: what a killed process leaves is a
 * span without an end, and not a child without its parent.
 */
export function createSpanFile(options: SpanFileOptions): SpanProcessor {
  const { folder, fileBytes = 16 * 1024 * 1024, keptFiles = 8 } = options;
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
    prune(folder, keptFiles - 1);
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

/** Deletes all but the latest files; names begin with the time they were made at. */
function prune(folder: string, kept: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SPAN_FILE_SUFFIX))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs || (a < b ? -1 : 1));
  for (const path of files.slice(0, Math.max(0, files.length - kept)))
    rmSync(path, { force: true });
}
