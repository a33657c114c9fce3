import type { Order } from '../domain/order.js';
import type { ExecuteOrder } from './execute-order.js';
import type { Observer, OrderStore } from './ports.js';

/** What recovery needs. */
export interface RecoverOrdersDependencies {
  readonly store: OrderStore;
  readonly executeOrder: ExecuteOrder;
  readonly observer: Observer;
  /** Reads a stored dispatch. */
  readonly parse: (dispatch: Uint8Array) => Order;
}

/**
 * After a start, finishes what a crash left accepted and unanswered. The venue is asked first, so an
 * order that it knows is never executed twice. What cannot be finished now comes again by redispatch.
 */
export function createRecoverOrders(deps: RecoverOrdersDependencies) {
  return async (signal: AbortSignal): Promise<void> => {
    const dispatches = await deps.store.unsettled();
    for (const dispatch of dispatches) {
      await deps.executeOrder(deps.parse(dispatch), dispatch, signal);
    }
    deps.observer.recovered(dispatches.length);
  };
}
