import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SPAN_FILE_SUFFIX } from './span-file.js';
import type { EndedSpan, SpanRecord, StartedSpan } from './span-record.js';

/**
 * Reads the spans that the files of a folder hold, those whose trace is asked for or all. A line that
 * a killed process left half written is skipped.
 * @throws Error of the file system when the folder cannot be read
 */
export async function readSpans(folder: string, traceId?: string): Promise<readonly SpanRecord[]> {
  const started = new Map<string, StartedSpan>();
  const ended = new Map<string, EndedSpan>();
  for await (const line of linesOf(folder)) {
    if (traceId !== undefined && !line.includes(traceId)) continue;
    const span = parse(line);
    if (span === undefined || (traceId !== undefined && span.traceId !== traceId)) continue;
    const key = `${span.traceId}/${span.spanId}`;
    if ('durationMs' in span) ended.set(key, span);
    else started.set(key, span);
  }
  return [...started].map(([key, span]) => {
    const end = ended.get(key);
    return end === undefined ? span : { ...span, end };
  });
}

/**
 * The trace of the span that has the value in an attribute; of several the one that has it most often,
 * the first of these.
 */
export async function findTraceOf(
  folder: string,
  attribute: string,
  value: string,
): Promise<string | undefined> {
  const counts = new Map<string, number>();
  for await (const line of linesOf(folder)) {
    if (!line.includes(value)) continue;
    const span = parse(line);
    if (span === undefined || !('durationMs' in span) || span.attributes[attribute] !== value)
      continue;
    counts.set(span.traceId, (counts.get(span.traceId) ?? 0) + 1);
  }
  let found: string | undefined;
  for (const [traceId, count] of counts) {
    if (found === undefined || count > (counts.get(found) ?? 0)) found = traceId;
  }
  return found;
}

async function* linesOf(folder: string): AsyncGenerator<string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(SPAN_FILE_SUFFIX));
  for (const name of names.sort()) {
    yield* createInterface({ input: createReadStream(join(folder, name)) });
  }
}

function parse(line: string): StartedSpan | EndedSpan | undefined {
  try {
    return JSON.parse(line) as StartedSpan | EndedSpan;
  } catch {
    return undefined;
  }
}
