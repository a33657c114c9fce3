import type { Logger } from '@trimtab/telemetry';
import {
  Events,
  headers as createHeaders,
  type JetStreamClient,
  type JetStreamManager,
  type MsgHdrs,
  type NatsConnection,
} from 'nats';
import type { Bus, Subscription } from './bus.js';
import { checkConsumerOptions } from './consumer-options.js';
import { connectNats, type ClientIdentity } from './jetstream-connection.js';
import { ensureConsumer } from './jetstream-consumer.js';
import { watchExhausted } from './jetstream-exhausted.js';
import { ensureStreams, prefixed, streamName } from './jetstream-streams.js';
import { startSubscription } from './jetstream-subscription.js';
import { countDeadLetter, inPublishSpan } from './message-span.js';
import { deadLetterHeaders, deadLetterId, headersOf, type Delivery } from './received-message.js';
import { loadStreams, type StreamDefinition, type StreamName } from './streams.js';
import { isDeadLetter, subjects } from './subjects.js';

export interface JetStreamOptions {
  /** `nats://host:4222`, several with commas. */
  readonly url: string;
  readonly logger: Logger;
  /** Absent: those of `deploy/nats/streams.yaml`. */
  readonly streams?: readonly StreamDefinition[];
  /** Before every subject and stream name, so that several suites can share one server. */
  readonly subjectPrefix?: string;
  /** Shown to a server with TLS (`tls://`), and whom to believe; absent: the machine's authorities. */
  readonly tls?: ClientIdentity | undefined;
}

const PUBLISH_TIMEOUT_MS = 5_000;

/**
 * The bus over NATS JetStream (servers from 2.9.10). Makes missing streams and warns about those that
 * differ; reconnects for ever; makes streams and consumers again when the whole store was deleted.
 * @throws Error when no server answers within 30 s, or when it runs without JetStream
 */
export async function connectJetStream(options: JetStreamOptions): Promise<Bus> {
  const { logger, subjectPrefix: prefix } = options;
  const definitions = options.streams ?? loadStreams();
  const connection = await connectNats(options.url, options.tls);
  const manager = await openManager(connection);
  const client = connection.jetstream({ timeout: PUBLISH_TIMEOUT_MS });
  const ensure = (): Promise<void> => ensureStreams(manager, definitions, { prefix, logger });
  await ensure();
  const connected = watchConnection(connection, logger);
  const subscriptions = new Set<Subscription>();

  async function send(
    subject: string,
    payload: Uint8Array,
    meta: { readonly id: string; readonly headers: ReadonlyMap<string, string> },
  ): Promise<void> {
    const publish = (): Promise<void> =>
      publishOnce(client, prefixed(prefix, subject), payload, meta);
    try {
      await publish();
    } catch (error) {
      if (!isNobodyListening(error)) throw error;
      // No stream takes the subject: the store was deleted. What was in it is sent again by its owner.
      logger.warn({ subject }, 'stream is gone, making it again');
      await ensure();
      await publish();
    }
  }

  const bury = async (
    consumer: string,
    delivery: Delivery,
    letter: { readonly sequence: number; readonly reason: string },
  ): Promise<void> => {
    const { subject } = delivery;
    logger.warn({ subject, consumer, reason: letter.reason }, 'message dead-lettered');
    countDeadLetter(subject, consumer);
    if (isDeadLetter(subject)) return;
    await send(subjects.deadLetter(subject), delivery.payload, {
      id: deadLetterId(delivery, consumer, `${subject}/${letter.sequence}`),
      headers: deadLetterHeaders(delivery, consumer, letter.reason),
    });
  };

  let closing: Promise<void> | undefined;
  return {
    publish: (message) =>
      inPublishSpan(message, (traceparent) =>
        send(message.subject, message.payload, {
          id: message.messageId,
          headers: headersOf(message, traceparent),
        }),
      ),
    subscribe: async (wanted, handle) => {
      checkConsumerOptions(wanted);
      const stream = streamName(prefix, wanted.stream);
      const onServer = {
        logger,
        plainSubject: (subject: string): string =>
          prefix === undefined ? subject : subject.slice(prefix.length + 1),
        bury: (delivery: Delivery, sequence: number, reason: string): Promise<void> =>
          bury(wanted.name, delivery, { sequence, reason }),
      };
      const pulling = await startSubscription({
        ...onServer,
        options: wanted,
        handle,
        open: async () => {
          await ensure();
          await ensureConsumer(manager, wanted, prefix);
          return client.consumers.get(stream, wanted.name);
        },
      });
      const removes = retentionOf(definitions, wanted.stream) === 'work-queue';
      const exhausted = watchExhausted({
        ...onServer,
        ...{ connection, manager, stream, removes },
        consumer: wanted.name,
      });
      const subscription: Subscription = {
        stop: async () => {
          await exhausted.stop();
          await pulling.stop();
        },
      };
      subscriptions.add(subscription);
      return {
        stop: async () => {
          subscriptions.delete(subscription);
          await subscription.stop();
        },
      };
    },
    isConnected: () => connected.value && !connection.isClosed(),
    close: () => {
      closing ??= (async () => {
        await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
        // Answers still under way are written before the socket closes.
        if (connected.value && !connection.isClosed()) await connection.flush();
        await connection.close();
      })();
      return closing;
    },
  };
}

function retentionOf(
  definitions: readonly StreamDefinition[],
  name: StreamName,
): StreamDefinition['retention'] | undefined {
  return definitions.find((definition) => definition.name === name)?.retention;
}

async function openManager(connection: NatsConnection): Promise<JetStreamManager> {
  try {
    return await connection.jetstreamManager();
  } catch (cause) {
    await connection.close();
    throw new Error(
      `the NATS server ${connection.getServer()} does not offer JetStream: start it with -js`,
      { cause },
    );
  }
}

function watchConnection(connection: NatsConnection, logger: Logger): { readonly value: boolean } {
  const state = { value: true };
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type !== Events.Disconnect && type !== Events.Reconnect) continue;
      state.value = type === Events.Reconnect;
      logger.warn({ server: connection.getServer(), event: type }, 'NATS connection changed');
    }
  })();
  return state;
}

async function publishOnce(
  client: JetStreamClient,
  subject: string,
  payload: Uint8Array,
  meta: { readonly id: string; readonly headers: ReadonlyMap<string, string> },
): Promise<void> {
  const headers: MsgHdrs = createHeaders();
  for (const [key, value] of meta.headers) headers.set(key, value);
  await client.publish(subject, payload, { msgID: meta.id, headers });
}

/** NATS answers 503 when nobody, here no stream, listens on a subject. */
function isNobodyListening(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '503';
}
