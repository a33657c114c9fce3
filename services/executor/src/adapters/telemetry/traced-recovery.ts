import { ATTRIBUTES, contextOfTraceparent, inSpan, tracer } from '@trimtab/telemetry';
import type { UnsettledOrder } from '../../application/ports.js';

/** Runs the recovery of an order in the trace that its dispatch came in. */
export function inTraceOf<T>(order: UnsettledOrder, run: () => Promise<T>): Promise<T> {
  return inSpan(
    tracer('@trimtab/executor'),
    'recover_order',
    {
      parent: contextOfTraceparent(order.traceparent),
      attributes: { [ATTRIBUTES.orderId]: order.orderId },
    },
    run,
  );
}
