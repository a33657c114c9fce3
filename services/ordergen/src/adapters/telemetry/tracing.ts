import { ATTRIBUTES, currentTraceId, currentTraceparent, inSpan, tracer } from '@trimtab/telemetry';
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
    traceparentOf: (facts) =>
      currentTraceId() === facts.traceId ? currentTraceparent() : facts.traceparent,
    current: () => ({ traceId: currentTraceId() ?? '', traceparent: currentTraceparent() }),
  };
}
