import type { Logger } from '@trimtab/telemetry';
import type { ConsumerOptions, MessageHandler, Subscription } from './bus.js';
import type { KeptMessage } from './in-process-bus.js';
import { createKeyedQueue, type KeyedQueue } from './keyed-queue.js';
import { processDelivery, type Delivery } from './received-message.js';
import { subjectMatches } from './subjects.js';

/** The position of one durable: what it has not finished yet, with or without somebody listening. */
export interface InProcessConsumer {
  readonly filterSubject: string;
  offer(message: KeptMessage): void;
  attach(options: ConsumerOptions, handle: MessageHandler): Subscription;
  close(): Promise<void>;
}

export interface InProcessConsumerSettings {
  readonly options: ConsumerOptions;
  readonly logger: Logger;
  readonly bury: (delivery: Delivery, consumer: string, reason: string) => void;
  /** The message is finished for this consumer. */
  readonly done: (message: KeptMessage) => void;
}

interface Pending {
  readonly message: KeptMessage;
  readonly deliveryCount: number;
}

interface Listener {
  readonly options: ConsumerOptions;
  readonly handle: MessageHandler;
  readonly queue: KeyedQueue;
}

/** Makes the durable; listeners with its name share its messages in turn. */
export function createInProcessConsumer(settings: InProcessConsumerSettings): InProcessConsumer {
  const { filterSubject, name } = settings.options;
  const pending: Pending[] = [];
  const listeners: Listener[] = [];
  const timers = new Set<NodeJS.Timeout>();

  function deliver(): void {
    for (;;) {
      const listener = listeners.shift();
      if (listener === undefined) return;
      listeners.push(listener);
      const next = pending.shift();
      if (next === undefined) return;
      listener.queue.push(listener.options.keyOf(next.message.subject), {
        run: () => handleOne(listener, next),
        cancel: () => pending.push(next),
      });
    }
  }

  async function handleOne(listener: Listener, next: Pending): Promise<void> {
    // A turn of the event loop first: never inside the call of the publisher.
    await new Promise((turn) => setImmediate(turn));
    const { message } = next;
    const deliveryCount = next.deliveryCount + 1;
    const delivery: Delivery = { ...message, deliveryCount };
    const disposition = await processDelivery(listener.options, delivery, listener.handle);
    switch (disposition.kind) {
      case 'ack':
        settings.done(message);
        return;
      case 'dead':
        settings.bury(delivery, name, disposition.reason);
        settings.done(message);
        return;
      case 'retry':
        redeliver({ message, deliveryCount }, disposition.delayMillis);
    }
  }

  function redeliver(next: Pending, delayMillis: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      pending.push(next);
      deliver();
    }, delayMillis);
    timers.add(timer);
  }

  async function detach(listener: Listener): Promise<void> {
    const position = listeners.indexOf(listener);
    if (position >= 0) listeners.splice(position, 1);
    await listener.queue.close();
    deliver();
  }

  return {
    filterSubject,
    offer: (message) => {
      if (!subjectMatches(filterSubject, message.subject)) return;
      pending.push({ message, deliveryCount: 0 });
      deliver();
    },
    attach: (options, handle) => {
      const listener = { options, handle, queue: createKeyedQueue(options.concurrency) };
      listeners.push(listener);
      deliver();
      return { stop: () => detach(listener) };
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...listeners].map(detach));
    },
  };
}
