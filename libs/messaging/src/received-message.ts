import type {
  ConsumerOptions,
  Disposition,
  IncomingMessage,
  MessageHandler,
  OutgoingMessage,
} from './bus.js';
import { dispose } from './disposition.js';
import { HEADERS, PROTOBUF } from './headers.js';
import { inProcessSpan } from './message-span.js';
import { isDeadLetter } from './subjects.js';

/** The headers a message is published with, besides its message id. */
export function headersOf(
  message: OutgoingMessage,
  traceparent: string | undefined,
): ReadonlyMap<string, string> {
  const headers = new Map<string, string>([
    [HEADERS.eventId, message.eventId],
    [HEADERS.contentType, PROTOBUF],
    [HEADERS.messageType, message.messageType],
  ]);
  if (traceparent !== undefined) headers.set('traceparent', traceparent);
  return headers;
}

/** What a bus received, before anything in it is believed. */
export interface Delivery {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
  readonly deliveryCount: number;
}

/**
 * Handles one delivery in its span. A message without the headers that identify it is dead at once:
 * it could not be recognised as a duplicate. (A dead letter may be just such a message.)
 */
export async function processDelivery(
  options: ConsumerOptions,
  delivery: Delivery,
  handle: MessageHandler,
): Promise<Disposition> {
  const message: IncomingMessage = {
    ...delivery,
    eventId: delivery.headers.get(HEADERS.eventId) ?? '',
    messageType: delivery.headers.get(HEADERS.messageType) ?? '',
  };
  return inProcessSpan(message, delivery.headers.get(HEADERS.messageId), () => {
    const missing = [HEADERS.eventId, HEADERS.messageType].filter(
      (name) => (delivery.headers.get(name) ?? '') === '',
    );
    return missing.length > 0 && !isDeadLetter(delivery.subject)
      ? Promise.resolve({ disposition: malformed(missing) })
      : dispose(options, message, handle);
  });
}

function malformed(missing: readonly string[]): Disposition {
  return { kind: 'dead', reason: `MESSAGE_MALFORMED: header ${missing.join(', ')} is missing` };
}

/** The headers of a dead letter: the original ones, why, and who gave up. */
export function deadLetterHeaders(
  delivery: Delivery,
  consumer: string,
  reason: string,
): ReadonlyMap<string, string> {
  const headers = new Map(delivery.headers);
  headers.delete(HEADERS.messageId);
  headers.set(HEADERS.reason, oneLine(reason));
  headers.set(HEADERS.consumer, consumer);
  return headers;
}

/** A second dead letter of the same delivery is dropped as a duplicate. */
export function deadLetterId(delivery: Delivery, consumer: string, fallback: string): string {
  return `${delivery.headers.get(HEADERS.messageId) ?? fallback}/dead/${consumer}`;
}

/** Headers are lines: a line break in a reason would end it. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').slice(0, 1_000);
}
