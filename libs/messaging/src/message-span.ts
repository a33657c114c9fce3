import { SpanKind, SpanStatusCode, trace, type Attributes, type Link } from '@opentelemetry/api';
import {
  ATTRIBUTES,
  contextOfTraceparent,
  count,
  currentTraceparent,
  extractTrace,
  inSpan,
  METRICS,
  record,
  recordFailure,
  secondsSince,
  tracer,
} from '@trimtab/telemetry';
import type { Disposition, IncomingMessage, OutgoingMessage } from './bus.js';
import { subjectKind } from './subjects.js';

const messagingTracer = tracer('@trimtab/messaging');

/** Runs a publish in its PRODUCER span and gives it the trace context to send along. */
export async function inPublishSpan(
  message: OutgoingMessage,
  publish: (traceparent: string | undefined) => Promise<void>,
): Promise<void> {
  const kind = subjectKind(message.subject);
  const parent =
    message.traceparent === undefined ? {} : { parent: contextOfTraceparent(message.traceparent) };
  const attributes = attributesOf(message, 'send', message.messageId);
  const startedMs = performance.now();
  let outcome: Attributes = {};
  try {
    await inSpan(
      messagingTracer,
      `publish ${kind}`,
      { kind: SpanKind.PRODUCER, attributes, ...parent },
      () => publish(currentTraceparent()),
    );
  } catch (error) {
    outcome = { 'error.type': error instanceof Error ? error.name : '_OTHER' };
    throw error;
  } finally {
    const seconds = secondsSince(startedMs);
    record(METRICS.messagePublishDuration, seconds, {
      ...operationOf(kind, 'publish'),
      ...outcome,
    });
  }
}

/**
 * Runs the handling of one message in its CONSUMER span. Its parent is the publish, so that a trace
 * goes on; of a redelivery also a link, which shows that the span is one of several.
 */
export async function inProcessSpan(
  message: IncomingMessage,
  messageId: string | undefined,
  run: () => Promise<{ readonly disposition: Disposition; readonly thrown?: unknown }>,
): Promise<Disposition> {
  const parent = extractTrace((key) => message.headers.get(key));
  const publish = trace.getSpanContext(parent);
  const links: Link[] =
    message.deliveryCount > 1 && publish !== undefined ? [{ context: publish }] : [];
  const attributes = {
    ...attributesOf(message, 'process', messageId),
    [ATTRIBUTES.messageDeliveryCount]: message.deliveryCount,
  };
  const kind = subjectKind(message.subject);
  const operation = operationOf(kind, 'process');
  if (message.deliveryCount > 1) count(METRICS.messageRedeliveries, 1, operation);
  const startedMs = performance.now();
  return inSpan(
    messagingTracer,
    `process ${kind}`,
    { kind: SpanKind.CONSUMER, attributes, parent, links },
    async (span) => {
      const { disposition, thrown } = await run();
      const failure = disposition.kind === 'ack' ? {} : { 'error.type': disposition.kind };
      record(METRICS.messageProcessDuration, secondsSince(startedMs), { ...operation, ...failure });
      if (thrown !== undefined) recordFailure(span, thrown);
      else if (disposition.kind !== 'ack') {
        span.setStatus({ code: SpanStatusCode.ERROR, message: disposition.reason });
      }
      return disposition;
    },
  );
}

/** Counts a message that a consumer gave up. */
export function countDeadLetter(subject: string, consumer: string): void {
  count(METRICS.messageDeadLetters, 1, {
    'messaging.destination.name': subjectKind(subject),
    'messaging.consumer.group.name': consumer,
  });
}

function operationOf(kind: string, name: 'publish' | 'process'): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.operation.name': name,
    'messaging.destination.name': kind,
  };
}

/** The messaging semantic conventions; the destination is the kind, ids would make too many names. */
function attributesOf(
  message: { readonly subject: string; readonly eventId: string; readonly payload: Uint8Array },
  operation: 'send' | 'process',
  messageId: string | undefined,
): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation === 'send' ? 'publish' : 'process',
    'messaging.destination.name': subjectKind(message.subject),
    'messaging.message.body.size': message.payload.length,
    ...(messageId === undefined ? {} : { 'messaging.message.id': messageId }),
    [ATTRIBUTES.eventId]: message.eventId,
    [ATTRIBUTES.messageSubject]: message.subject,
  };
}
