import type { Component } from '@trimtab/lifecycle';
import { vaultKey, type Bus, type Disposition, type IncomingMessage } from '@trimtab/messaging';
import type { ExecuteOrder } from '../../application/execute-order.js';
import { parseDispatch } from './parse-dispatch.js';

/** What the consumer of dispatches needs. */
export interface DispatchConsumerOptions {
  readonly bus: Bus;
  readonly executeOrder: ExecuteOrder;
  /** Sends the stored answer of an order once more. */
  readonly answerAgain: (orderId: string) => Promise<void>;
  readonly concurrency: number;
}

const RETRY_DELAY_MILLIS = 250;

/** Takes dispatches off the bus: acknowledged once the answer is stored, never before. */
export function createDispatchConsumer(options: DispatchConsumerOptions): Component {
  const stopping = new AbortController();
  let subscription: { stop(): Promise<void> } | undefined;
  return {
    name: 'dispatch consumer',
    start: async () => {
      subscription = await options.bus.subscribe(
        {
          name: 'executor',
          stream: 'TRIMTAB_ORDERS',
          filterSubject: 'trimtab.orders.v1.dispatch.>',
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
  const order = parseDispatch(message.payload);
  if (!order.ok) return { kind: 'dead', reason: order.error };
  try {
    const execution = await options.executeOrder(order.value, message.payload, signal);
    if (execution.kind === 'POSTPONED') {
      return { kind: 'retry', delayMillis: execution.delayMillis, reason: execution.reason };
    }
    const repeats = execution.kind === 'SETTLED' ? execution.deliveryCount - 1 : 0;
    for (let repeat = 0; repeat < repeats; repeat += 1)
      await options.answerAgain(order.value.orderId);
    return { kind: 'ack' };
  } catch (error) {
    // Nothing was stored: the order is safe to try again, and the venue is asked first.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'retry', delayMillis: RETRY_DELAY_MILLIS, reason };
  }
}
