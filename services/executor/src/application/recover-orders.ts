import type { Observer, OrderStore, UnsettledOrder } from './ports.js';
import type { FinishOrder } from './settle-order.js';

/** What recovery needs. */
export interface RecoverOrdersDependencies {
  readonly store: Pick<OrderStore, 'unsettled'>;
  readonly finishOrder: FinishOrder;
  readonly observer: Observer;
  /** Runs work on an order in the trace that the order belongs to. */
  readonly inTraceOf: <T>(order: UnsettledOrder, run: () => Promise<T>) => Promise<T>;
}

/**
 * After a start, finishes what a crash left accepted and unanswered. The venue is asked first, so an
 * order that it knows is never executed twice. One order that cannot be finished now does not hold up
 * the others; it comes again by redelivery or redispatch. One that a dispatch of now has settled
 * meanwhile is left alone: its answer is on its way.
 */
export function createRecoverOrders(
  deps: RecoverOrdersDependencies,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    let settledCount = 0;
    for (const order of await deps.store.unsettled()) {
      if (signal.aborted) break;
      try {
        const execution = await deps.inTraceOf(order, () =>
          deps.finishOrder(order.orderId, signal),
        );
        if (execution?.kind === 'SETTLED') settledCount += 1;
      } catch (error) {
        deps.observer.notRecovered(order.orderId, error);
      }
    }
    deps.observer.recovered(settledCount);
  };
}
