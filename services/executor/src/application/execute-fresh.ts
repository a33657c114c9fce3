import type { Order } from '../domain/order.js';
import type { OrderStore } from './ports.js';
import {
  answered,
  findRefusal,
  submitOrder,
  toExecution,
  type Execution,
  type SettleOrderDependencies,
} from './settle-order.js';

/** What executing a fresh order needs. */
export interface ExecuteFreshDependencies extends SettleOrderDependencies {
  readonly store: SettleOrderDependencies['store'] & Pick<OrderStore, 'acceptAndTell'>;
}

/**
 * The ordinary way of an order that nobody has seen: checked first, then stored as ACCEPTED and noted
 * as submitted in one commit, and only then is the venue told (execution rules, rule 4). Undefined when
 * anything is out of the ordinary: the order is known, does not hold, or a dependency is down. Then
 * nothing is decided, and the order is settled the careful way.
 */
export type ExecuteFresh = (
  order: Order,
  dispatch: Uint8Array,
  signal: AbortSignal,
) => Promise<Execution | undefined>;

/** Creates it. */
export function createExecuteFresh(deps: ExecuteFreshDependencies): ExecuteFresh {
  return async (order, dispatch, signal) => {
    const fresh = { order, submitted: false, outage: undefined };
    if ((await findRefusal(deps, fresh, signal)) !== undefined) return undefined;
    const decision = await deps.store.acceptAndTell(order, dispatch, async () => {
      const submission = await submitOrder(deps, order, signal);
      return submission.kind === 'ANSWER' ? answered(deps, order, submission.answer) : undefined;
    });
    return decision === undefined ? undefined : toExecution(deps, decision);
  };
}
