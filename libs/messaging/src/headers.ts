/** Header names of every message (execution rules, subjects and streams). */
export const HEADERS = {
  messageId: 'Nats-Msg-Id',
  eventId: 'Trimtab-Event-Id',
  contentType: 'Content-Type',
  messageType: 'Trimtab-Message',
  /** Of a dead letter: why nobody could handle it. */
  reason: 'Trimtab-Reason',
  /** Of a dead letter: the durable consumer that gave it up. */
  consumer: 'Trimtab-Consumer',
} as const;

/** The one content type. */
export const PROTOBUF = 'application/protobuf';
