import { SpanKind, type Attributes } from '@opentelemetry/api';
import { ATTRIBUTES, inSpan, METRICS, record, secondsSince, tracer } from '@trimtab/telemetry';
import type { Venue } from '../../application/ports.js';

/** A venue whose calls have a CLIENT span each, and are timed. */
export function traceVenue(venue: Venue): Venue {
  const source = tracer('@trimtab/executor');
  const call = async <T>(
    operation: 'query' | 'submit',
    attributes: Attributes,
    run: () => Promise<T>,
  ): Promise<T> => {
    const startedMs = performance.now();
    const venueId = { [ATTRIBUTES.venueId]: venue.name };
    try {
      return await inSpan(
        source,
        `venue ${operation}`,
        { kind: SpanKind.CLIENT, attributes: { ...venueId, ...attributes } },
        run,
      );
    } finally {
      const labels = { ...venueId, [ATTRIBUTES.venueOperation]: operation };
      record(METRICS.venueDuration, secondsSince(startedMs), labels);
    }
  };
  return {
    name: venue.name,
    query: (orderId, signal) =>
      call('query', { [ATTRIBUTES.orderId]: orderId }, () => venue.query(orderId, signal)),
    submit: (order, signal) =>
      call(
        'submit',
        {
          [ATTRIBUTES.orderId]: order.orderId,
          [ATTRIBUTES.rebalanceId]: order.rebalanceId,
          [ATTRIBUTES.actionIndex]: order.index,
          [ATTRIBUTES.assetId]: order.assetId,
        },
        () => venue.submit(order, signal),
      ),
  };
}
