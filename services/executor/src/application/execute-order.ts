import type { Order } from '../domain/order.js';
import type { OrderStore } from './ports.js';
import type { Execution, SettleOrder } from './settle-order.js';

/** What executing an order needs. */
export interface ExecuteOrderDependencies {
  readonly store: Pick<OrderStore, 'accept'>;
  readonly settleOrder: SettleOrder;
}

/** Executes one dispatched order, at most once however often it is dispatched. */
export type ExecuteOrder = (
  order: Order,
  dispatch: Uint8Array,
  signal: AbortSignal,
) => Promise<Execution>;

/**
 * Takes a dispatch (execution rules, rule 4): the order is stored as ACCEPTED before anything else
 * happens to it, and from then on it is the stored order that is executed, once.
 */
export function createExecuteOrder(deps: ExecuteOrderDependencies): ExecuteOrder {
  return async (order, dispatch, signal) => {
    await deps.store.accept(order, dispatch);
    return deps.settleOrder(order.orderId, signal);
  };
}
