import type { Logger } from '@trimtab/telemetry';
import {
  NatsError,
  RetentionPolicy,
  StorageType,
  nanos,
  type JetStreamManager,
  type StreamConfig,
} from 'nats';
import type { StreamDefinition, StreamName } from './streams.js';

/** Server error codes of JetStream. */
const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;

/** The name of a stream on the server; tests that share one have a prefix each. */
export function streamName(prefix: string | undefined, name: StreamName): string {
  return prefix === undefined ? name : `${prefix}_${name}`;
}

/** A subject as the server knows it. */
export function prefixed(prefix: string | undefined, subject: string): string {
  return prefix === undefined ? subject : `${prefix}.${subject}`;
}

/**
 * Makes the streams that are missing. One that differs from its definition is left as it is, because
 * changing retention or storage would delete messages; each difference is a warning.
 */
export async function ensureStreams(
  manager: JetStreamManager,
  definitions: readonly StreamDefinition[],
  settings: { readonly prefix: string | undefined; readonly logger: Logger },
): Promise<void> {
  for (const definition of definitions) {
    const wanted = toConfig(definition, settings.prefix);
    const found = await manager.streams.info(wanted.name).catch(undefinedIfMissing);
    if (found === undefined) {
      await manager.streams.add(wanted);
      settings.logger.info({ stream: wanted.name }, 'stream created');
      continue;
    }
    for (const difference of differences(wanted, found.config)) {
      settings.logger.warn({ stream: wanted.name, ...difference }, 'stream differs from its file');
    }
  }
}

/** For `catch`: absent instead of an error when the stream or consumer does not exist. */
export function undefinedIfMissing(error: unknown): undefined {
  const code = error instanceof NatsError ? error.api_error?.err_code : undefined;
  if (code === STREAM_NOT_FOUND || code === CONSUMER_NOT_FOUND) return undefined;
  throw error;
}

type WantedConfig = Pick<
  StreamConfig,
  'name' | 'subjects' | 'retention' | 'storage' | 'max_age' | 'duplicate_window' | 'num_replicas'
>;

function toConfig(definition: StreamDefinition, prefix: string | undefined): WantedConfig {
  return {
    name: streamName(prefix, definition.name),
    subjects: definition.subjects.map((subject) => prefixed(prefix, subject)),
    retention:
      definition.retention === 'work-queue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: definition.storage === 'file' ? StorageType.File : StorageType.Memory,
    max_age: nanos(definition.maxAgeMillis),
    duplicate_window: nanos(definition.duplicateWindowMillis),
    num_replicas: definition.replicas,
  };
}

interface Difference {
  readonly setting: string;
  readonly expected: string;
  readonly found: string;
}

function differences(wanted: WantedConfig, found: StreamConfig): readonly Difference[] {
  const settings = [
    'subjects',
    'retention',
    'storage',
    'max_age',
    'duplicate_window',
    'num_replicas',
  ] as const;
  return settings
    .map((setting) => ({
      setting,
      expected: JSON.stringify(wanted[setting]),
      found: JSON.stringify(found[setting]),
    }))
    .filter(({ expected, found: actual }) => expected !== actual);
}
