import { setMaxListeners } from 'node:events';
import type { Component } from '@trimtab/lifecycle';
import {
  dispositionOf,
  HEADERS,
  MESSAGE_TYPES,
  subjects,
  vaultKey,
  type Bus,
  type Disposition,
  type IncomingMessage,
} from '@trimtab/messaging';
import type { Dispatched, ExecuteOrder } from '../../application/execute-order.js';
import type { Observer } from '../../application/ports.js';
import { parseDispatch } from './parse-dispatch.js';

/** What the consumer of dispatches needs. */
export interface DispatchConsumerOptions {
  readonly bus: Bus;
  readonly executeOrder: ExecuteOrder;
  /** Sends the stored answer of an order once more, when the first one is out. */
  readonly repeatAnswer: (orderId: string, signal: AbortSignal) => Promise<void>;
  readonly observer: Pick<Observer, 'attemptFailed'>;
  readonly concurrency: number;
}

/** A failed attempt is repeated after this long. */
const RETRY_DELAY_MILLIS = 500;

/**
 * Takes dispatches off the bus: acknowledged once the answer is stored, never before. What an attempt
 * throws is judged as everywhere: a lost database is retried, an order that nobody knows is dead.
 */
export function createDispatchConsumer(options: DispatchConsumerOptions): Component {
  const stopping = new AbortController();
  // Every call of every order in execution listens until it is answered: many are no leak.
  setMaxListeners(0, stopping.signal);
  let subscription: { stop(): Promise<void> } | undefined;
  return {
    name: 'dispatch consumer',
    start: async () => {
      subscription = await options.bus.subscribe(
        {
          name: 'executor',
          stream: 'TRIMTAB_ORDERS',
          filterSubject: 'trimtab.orders.v1.dispatch.*.*',
          concurrency: options.concurrency,
          ackWaitMillis: 30_000,
          // Outages are retried until the order expires, which no number of deliveries knows.
          maxDeliver: 1_000_000,
          backoffMillis: [250, 500, 1000],
          keyOf: vaultKey,
        },
        (message) => handle(options, message, stopping.signal),
      );
    },
    stop: async () => {
      stopping.abort();
      await subscription?.stop();
    },
  };
}

async function handle(
  options: DispatchConsumerOptions,
  message: IncomingMessage,
  signal: AbortSignal,
): Promise<Disposition> {
  if (message.messageType !== MESSAGE_TYPES.orderDispatch) {
    return malformed(`message type was "${message.messageType}"`);
  }
  const parsed = parseDispatch(message.payload);
  if (!parsed.ok) return malformed(parsed.error);
  const { orderId, vaultId } = parsed.value;
  // Orders of a vault are handled in order by their subject: a wrong one would step out of line.
  if (message.subject !== subjects.dispatch(vaultId)) {
    return malformed(`vault_id was "${vaultId}", which is not the subject's`);
  }
  try {
    const dispatched = {
      order: parsed.value,
      dispatch: message.payload,
      repeated: isRepeated(message),
    };
    return await execute(options, dispatched, signal);
  } catch (error) {
    options.observer.attemptFailed(orderId, error);
    return dispositionOf(error, RETRY_DELAY_MILLIS);
  }
}

async function execute(
  options: DispatchConsumerOptions,
  dispatched: Dispatched,
  signal: AbortSignal,
): Promise<Disposition> {
  const execution = await options.executeOrder(dispatched, signal);
  if (execution.kind === 'POSTPONED') {
    return { kind: 'retry', delayMillis: execution.delayMillis, reason: execution.reason };
  }
  const repeats = execution.kind === 'SETTLED' ? execution.deliveryCount - 1 : 0;
  for (let repeat = 0; repeat < repeats; repeat += 1)
    await options.repeatAnswer(dispatched.order.orderId, signal);
  return { kind: 'ack' };
}

/** Delivered again, or sent again: the message id ends with the count of sends before. */
function isRepeated({ deliveryCount, headers }: IncomingMessage): boolean {
  return deliveryCount > 1 || headers.get(HEADERS.messageId)?.endsWith('/0') !== true;
}

function malformed(detail: string): Disposition {
  return { kind: 'dead', reason: `MESSAGE_MALFORMED: ${detail}` };
}
