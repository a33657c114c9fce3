import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@trimtab/telemetry';
import type { Consumer, ConsumerMessages, JsMsg } from 'nats';
import type { ConsumerOptions, MessageHandler, Subscription } from './bus.js';
import { backoffOf } from './disposition.js';
import { createKeyedQueue, type QueuedTask } from './keyed-queue.js';
import { createMessagesInHand } from './messages-in-hand.js';
import { processDelivery, type Delivery } from './received-message.js';

export interface SubscriptionSettings {
  readonly options: ConsumerOptions;
  readonly handle: MessageHandler;
  readonly logger: Logger;
  /** Makes stream and consumer when they are missing and checks them. */
  readonly open: () => Promise<Consumer>;
  /** The subject without the prefix of a test. */
  readonly plainSubject: (subject: string) => string;
  readonly bury: (delivery: Delivery, sequence: number, reason: string) => Promise<void>;
}

/** How long one pull waits on the server. */
const PULL_MS = 5_000;
/** Two missed ones show that stream, consumer or server are gone. */
const HEARTBEAT_MS = 500;
const REOPEN_PAUSE_MS = 250;

/**
 * Pulls messages for ever: a lost connection, a deleted consumer or a wiped store end one pull, and
 * the next one makes again what is missing. Pulls no more than the queue has room for, so that
 * messages wait on the server, where replicas can take them.
 */
export async function startSubscription(settings: SubscriptionSettings): Promise<Subscription> {
  const { options, logger } = settings;
  const queue = createKeyedQueue(options.concurrency);
  const room = options.concurrency * 2;
  const inHand = createMessagesInHand(options);
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let messages: ConsumerMessages | undefined;
  let consumer: Consumer | undefined = await settings.open();

  async function pull(): Promise<void> {
    consumer ??= await settings.open();
    await queue.below(room);
    if (isStopping()) return;
    messages = await consumer.fetch({
      max_messages: room - queue.size,
      expires: PULL_MS,
      idle_heartbeat: HEARTBEAT_MS,
    });
    // Stopped while the pull was being sent: nobody else would end it.
    if (isStopping()) messages.stop();
    for await (const message of messages) accept(message);
  }

  async function pullForever(): Promise<void> {
    while (!isStopping()) {
      try {
        await pull();
      } catch (error) {
        if (isStopping()) return;
        consumer = undefined;
        logger.warn({ error, consumer: options.name }, 'consumer interrupted, opening again');
        await pause(REOPEN_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  function accept(message: JsMsg): void {
    if (isStopping()) {
      message.nak();
      return;
    }
    const key = options.keyOf(settings.plainSubject(message.subject));
    if (!inHand.take(message, key)) return;
    const task: QueuedTask = {
      run: async () => {
        inHand.started(message);
        await settle(settings, message);
        inHand.answered(message);
      },
      cancel: () => {
        inHand.answered(message);
        message.nak();
      },
    };
    queue.push(key, task);
  }

  const extension = setInterval(
    () => inHand.extend(),
    Math.max(Math.floor(options.ackWaitMillis / 3), 1),
  );
  const pulling = pullForever();
  let stopped: Promise<void> | undefined;

  return {
    stop: () => {
      stopped ??= (async () => {
        stopping.abort();
        messages?.stop();
        await queue.close();
        clearInterval(extension);
        await pulling;
      })();
      return stopped;
    },
  };
}

/** Handles one message and answers it. Does not reject: an unanswered message comes again. */
async function settle(settings: SubscriptionSettings, message: JsMsg): Promise<void> {
  const { options, logger, handle } = settings;
  try {
    const delivery = toDelivery(settings, message);
    const disposition = await processDelivery(options, delivery, handle);
    switch (disposition.kind) {
      case 'ack':
        message.ack();
        return;
      case 'retry':
        message.nak(disposition.delayMillis);
        return;
      case 'dead':
        await settings.bury(delivery, message.seq, disposition.reason);
        // Without a reason: servers of version 2.9 deliver a message again that is ended with one.
        message.term();
    }
  } catch (error) {
    logger.warn({ error, consumer: options.name }, 'message not answered, it will come again');
    message.nak(backoffOf(options.backoffMillis, message.info.deliveryCount));
  }
}

function toDelivery(settings: SubscriptionSettings, message: JsMsg): Delivery {
  const headers = new Map<string, string>();
  for (const key of message.headers?.keys() ?? []) {
    headers.set(key, message.headers?.get(key) ?? '');
  }
  return {
    subject: settings.plainSubject(message.subject),
    payload: message.data,
    headers,
    deliveryCount: message.info.deliveryCount,
  };
}
