import { trace } from '@opentelemetry/api';
import {
  ATTRIBUTES,
  contextOfTraceparent,
  currentTraceId,
  currentTraceparent,
  inSpan,
  tracer,
} from '@trimtab/telemetry';
import type { Tracing } from '../../application/ports.js';

/** Spans and trace context of OrderGen. */
export function createTracing(): Tracing {
  const source = tracer('@trimtab/ordergen');
  return {
    recalibrate: (facts, index, run) =>
      inSpan(
        source,
        'recalibrate',
        {
          attributes: {
            [ATTRIBUTES.rebalanceId]: facts.rebalanceId,
            [ATTRIBUTES.vaultId]: facts.vaultId,
            [ATTRIBUTES.actionIndex]: index,
          },
        },
        run,
      ),
    traceparentOf: (facts) => {
      if (currentTraceId() === facts.traceId) return currentTraceparent();
      // A call with a trace of its own, such as a cancellation: linked, and the rebalance keeps its own.
      const own = trace.getSpanContext(contextOfTraceparent(facts.traceparent));
      if (own !== undefined) trace.getActiveSpan()?.addLink({ context: own });
      return facts.traceparent;
    },
    current: () => ({ traceId: currentTraceId() ?? '', traceparent: currentTraceparent() }),
  };
}
