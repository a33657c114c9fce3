import type { Order } from '../domain/order.js';
import type { ExecuteFresh } from './execute-fresh.js';
import type { OrderStore } from './ports.js';
import type { Execution, SettleOrder } from './settle-order.js';

/** What executing an order needs. */
export interface ExecuteOrderDependencies {
  readonly store: Pick<OrderStore, 'accept'>;
  readonly executeFresh: ExecuteFresh;
  readonly settleOrder: SettleOrder;
}

/** An order as it came. */
export interface Dispatched {
  readonly order: Order;
  readonly dispatch: Uint8Array;
  /** Whether it is known to have come before: its message is a redelivery or a resend. */
  readonly repeated: boolean;
}

/** Executes one dispatched order, at most once however often it is dispatched. */
export type ExecuteOrder = (dispatched: Dispatched, signal: AbortSignal) => Promise<Execution>;

/**
 * Takes a dispatch (execution rules, rule 4): the order is stored as ACCEPTED before any venue hears
 * of it, and from then on it is the stored order that is executed, once.
 */
export function createExecuteOrder(deps: ExecuteOrderDependencies): ExecuteOrder {
  return async ({ order, dispatch, repeated }, signal) => {
    const done = repeated ? undefined : await deps.executeFresh(order, dispatch, signal);
    if (done !== undefined) return done;
    await deps.store.accept(order, dispatch);
    return deps.settleOrder(order.orderId, signal);
  };
}
