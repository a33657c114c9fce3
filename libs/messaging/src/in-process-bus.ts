import { invariant } from '@trimtab/core';
import type { Logger } from '@trimtab/telemetry';
import type { Bus, ConsumerOptions, MessageHandler, Subscription } from './bus.js';
import { checkConsumerOptions } from './consumer-options.js';
import { HEADERS } from './headers.js';
import { createInProcessConsumer, type InProcessConsumer } from './in-process-consumer.js';
import { countDeadLetter, inPublishSpan } from './message-span.js';
import { deadLetterHeaders, deadLetterId, headersOf, type Delivery } from './received-message.js';
import { loadStreams, type StreamDefinition, type StreamName } from './streams.js';
import { isDeadLetter, subjectMatches, subjects, subjectsOverlap } from './subjects.js';

/** A message as a stream keeps it. */
export interface KeptMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
}

interface Stream {
  readonly definition: StreamDefinition;
  /** What a durable made later still gets. */
  readonly kept: Set<KeptMessage>;
  /** Message ids and when they may be forgotten, oldest first. */
  readonly seen: Map<string, number>;
  readonly consumers: Map<string, InProcessConsumer>;
}

/** A limits stream in memory keeps this many messages for durables that come later. */
const KEPT_MESSAGES = 10_000;

/**
 * The bus of one process: the streams of `deploy/nats/streams.yaml` in memory, with durable
 * consumers, duplicate window, redelivery and dead letters as JetStream has them. It forgets
 * everything at the end of the process; the outbox and redispatch make that harmless. A handler that
 * never ends is not delivered again: the process is the same.
 */
export function createInProcessBus(options: { readonly logger: Logger }): Bus {
  const { logger } = options;
  const streams = new Map<StreamName, Stream>();
  for (const definition of loadStreams()) {
    const state = { kept: new Set<KeptMessage>(), seen: new Map(), consumers: new Map() };
    streams.set(definition.name, { definition, ...state });
  }
  let closing: Promise<void> | undefined;

  function append(messageId: string, message: KeptMessage): void {
    const stream = [...streams.values()].find(({ definition }) =>
      definition.subjects.some((pattern) => subjectMatches(pattern, message.subject)),
    );
    if (stream === undefined) throw new Error(`no stream takes the subject ${message.subject}`);
    if (isDuplicate(stream, messageId)) return;
    stream.kept.add(message);
    const [oldest] = stream.kept;
    if (stream.definition.retention === 'limits' && stream.kept.size > KEPT_MESSAGES && oldest) {
      stream.kept.delete(oldest);
    }
    for (const consumer of stream.consumers.values()) consumer.offer(message);
  }

  function bury(delivery: Delivery, consumer: string, reason: string): void {
    logger.warn({ subject: delivery.subject, consumer, reason }, 'message dead-lettered');
    countDeadLetter(delivery.subject, consumer);
    if (isDeadLetter(delivery.subject)) return;
    append(deadLetterId(delivery, consumer, delivery.subject), {
      subject: subjects.deadLetter(delivery.subject),
      payload: delivery.payload,
      headers: deadLetterHeaders(delivery, consumer, reason),
    });
  }

  function consumerOf(stream: Stream, wanted: ConsumerOptions): InProcessConsumer {
    const known = stream.consumers.get(wanted.name);
    if (known !== undefined) return known;
    const { retention } = stream.definition;
    const rivals = [...stream.consumers.values()].filter((other) =>
      subjectsOverlap(other.filterSubject, wanted.filterSubject),
    );
    invariant(
      retention === 'limits' || rivals.length === 0,
      `a message of work queue ${wanted.stream} goes to one consumer: ${wanted.name} overlaps another`,
    );
    const done = (message: KeptMessage): void => {
      if (retention === 'work-queue') stream.kept.delete(message);
    };
    const consumer = createInProcessConsumer({ options: wanted, logger, bury, done });
    stream.consumers.set(wanted.name, consumer);
    for (const message of stream.kept) consumer.offer(message);
    return consumer;
  }

  const isConnected = (): boolean => closing === undefined;

  return {
    publish: (message) =>
      inPublishSpan(message, async (traceparent) => {
        if (!isConnected()) throw new Error('the bus is closed');
        const headers = new Map(headersOf(message, traceparent));
        headers.set(HEADERS.messageId, message.messageId);
        const { subject, messageId } = message;
        append(messageId, { subject, headers, payload: message.payload.slice() });
      }),
    subscribe: async (wanted: ConsumerOptions, handle: MessageHandler): Promise<Subscription> => {
      checkConsumerOptions(wanted);
      const stream = streams.get(wanted.stream);
      invariant(stream !== undefined && isConnected(), `no stream ${wanted.stream}`);
      return consumerOf(stream, wanted).attach(wanted, handle);
    },
    isConnected,
    close: () => {
      closing ??= (async () => {
        const consumers = [...streams.values()].flatMap((stream) => [...stream.consumers.values()]);
        await Promise.all(consumers.map((consumer) => consumer.close()));
      })();
      return closing;
    },
  };
}

/** Remembers a message id for the stream's duplicate window. */
function isDuplicate(stream: Stream, messageId: string): boolean {
  const now = performance.now();
  for (const [id, until] of stream.seen) {
    if (until > now) break;
    stream.seen.delete(id);
  }
  if (stream.seen.has(messageId)) return true;
  stream.seen.set(messageId, now + stream.definition.duplicateWindowMillis);
  return false;
}
