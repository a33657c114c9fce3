import { SpanKind, SpanStatusCode, trace, type Attributes, type Link } from '@opentelemetry/api';
import {
  ATTRIBUTES,
  contextOfTraceparent,
  currentTraceparent,
  extractTrace,
  inSpan,
  recordFailure,
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
  await inSpan(
    messagingTracer,
    `publish ${kind}`,
    { kind: SpanKind.PRODUCER, attributes, ...parent },
    () => publish(currentTraceparent()),
  );
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
  return inSpan(
    messagingTracer,
    `process ${subjectKind(message.subject)}`,
    { kind: SpanKind.CONSUMER, attributes, parent, links },
    async (span) => {
      const { disposition, thrown } = await run();
      if (thrown !== undefined) recordFailure(span, thrown);
      else if (disposition.kind !== 'ack') {
        span.setStatus({ code: SpanStatusCode.ERROR, message: disposition.reason });
      }
      return disposition;
    },
  );
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
