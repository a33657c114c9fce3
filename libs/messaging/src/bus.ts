import type { StreamName } from './streams.js';

/** A message on its way out. Subjects are as in `subjects`, without the prefix of a test. */
export interface OutgoingMessage {
  readonly subject: string;
  /** Published twice within the duplicate window, it is kept once: event id, a slash, send count. */
  readonly messageId: string;
  /** What the consumer's inbox recognises a repeat by, at any time. */
  readonly eventId: string;
  /** Full protobuf type name, `trimtab.execution.v1.OrderDispatch`. */
  readonly messageType: string;
  readonly payload: Uint8Array;
  /** W3C trace context the publish continues; absent: the active span's. */
  readonly traceparent?: string;
}

/** A message as a handler gets it. It may come again, late, and out of order. */
export interface IncomingMessage {
  readonly subject: string;
  readonly eventId: string;
  readonly messageType: string;
  readonly payload: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
  /** 1 at the first delivery. */
  readonly deliveryCount: number;
}

/**
 * What becomes of a delivered message (execution rule 5). `ack` only after the commit of its effect;
 * `retry` delivers it again after the delay, and as dead letter once it was delivered `maxDeliver`
 * times; `dead` publishes it to `trimtab.deadletter.v1.<subject>` with the reason and ends it (a dead
 * letter itself just ends).
 */
export type Disposition =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly delayMillis: number; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string };

/** Handles one message. What it throws is judged by `dispositionOf`. */
export type MessageHandler = (message: IncomingMessage) => Promise<Disposition>;

/** A durable consumer: its position outlives the process; replicas with the same name share it. */
export interface ConsumerOptions {
  /** Durable name: letters, digits, dash and underscore. */
  readonly name: string;
  readonly stream: StreamName;
  /** One subject pattern inside the stream. */
  readonly filterSubject: string;
  /** Messages handled at the same time in this process. */
  readonly concurrency: number;
  /** A message that is not answered for so long is delivered again. */
  readonly ackWaitMillis: number;
  /** Deliveries at most, 1 or more. */
  readonly maxDeliver: number;
  /** Pause before redelivery 1, 2, …; the last one repeats. Not empty. */
  readonly backoffMillis: readonly number[];
  /** Messages of one key are handled one at a time, in the order of their arrival. */
  keyOf(subject: string): string;
}

/** A running consumer. */
export interface Subscription {
  /** Takes no more messages and waits for those being handled. Idempotent. */
  stop(): Promise<void>;
}

/** The courier. It may repeat, reorder, delay, or forget everything; the database is the truth. */
export interface Bus {
  /**
   * Resolves when the message is accepted. Runs in a PRODUCER span.
   * @throws when it may not have been accepted: publish it again with the same message id
   */
  publish(message: OutgoingMessage): Promise<void>;
  /**
   * Handles messages, each in a CONSUMER span, until stopped.
   * @throws when the consumer's settings are refused
   */
  subscribe(options: ConsumerOptions, handle: MessageHandler): Promise<Subscription>;
  isConnected(): boolean;
  /** Stops all subscriptions and disconnects. Idempotent. */
  close(): Promise<void>;
}
