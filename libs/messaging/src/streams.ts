import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** The streams of v1. */
export const STREAM_NAMES = [
  'TRIMTAB_ORDERS',
  'TRIMTAB_EXECUTIONS',
  'TRIMTAB_EVENTS',
  'TRIMTAB_DEADLETTER',
] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

const streamSchema = z.strictObject({
  name: z.enum(STREAM_NAMES),
  subjects: z.array(z.string().min(1)).min(1),
  retention: z.enum(['work-queue', 'limits']),
  max_age_days: z.number().positive(),
  duplicate_window_seconds: z.number().positive(),
  storage: z.enum(['file', 'memory']),
  replicas: z.number().int().min(1).max(5),
});

/** One stream of `deploy/nats/streams.yaml`. */
export interface StreamDefinition {
  readonly name: StreamName;
  readonly subjects: readonly string[];
  readonly retention: 'work-queue' | 'limits';
  readonly maxAgeMillis: number;
  readonly duplicateWindowMillis: number;
  readonly storage: 'file' | 'memory';
  readonly replicas: number;
}

const DAY_MILLIS = 86_400_000;
/** The same distance from `src` and from `dist`. */
const STREAMS_FILE = new URL('../../../deploy/nats/streams.yaml', import.meta.url);

/**
 * Reads the one definition of the streams; deployment and code use the same file. How many servers
 * hold a stream is the cluster's to say: `replicas`, where given, counts for all of them.
 * @throws ZodError when it does not have the expected shape
 */
export function loadStreams(
  file: URL | string = STREAMS_FILE,
  replicas?: number,
): readonly StreamDefinition[] {
  const document = z
    .strictObject({ streams: z.array(streamSchema) })
    .parse(parse(readFileSync(file, 'utf8')));
  return document.streams.map((stream) => ({
    name: stream.name,
    subjects: stream.subjects,
    retention: stream.retention,
    maxAgeMillis: stream.max_age_days * DAY_MILLIS,
    duplicateWindowMillis: stream.duplicate_window_seconds * 1000,
    storage: stream.storage,
    replicas: replicas ?? stream.replicas,
  }));
}
