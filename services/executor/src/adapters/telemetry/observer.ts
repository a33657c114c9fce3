import { ATTRIBUTES, type Logger } from '@trimtab/telemetry';
import { trace } from '@opentelemetry/api';
import type { Observer } from '../../application/ports.js';
import type { Order } from '../../domain/order.js';

/** One function per event of the executor; decides how loudly each is said. */
export function createObserver(logger: Logger): Observer {
  return {
    refused: (order, reason, message) => {
      trace
        .getActiveSpan()
        ?.setAttributes({ ...attributesOf(order), [ATTRIBUTES.errorReason]: reason });
      logger.warn({ ...attributesOf(order), reason, detail: message }, 'order refused');
    },
    settled: (order, execType) => {
      trace.getActiveSpan()?.setAttributes(attributesOf(order));
      logger.info({ ...attributesOf(order), execType }, 'order settled');
    },
    answeredAgain: (orderId) => logger.info({ orderId }, 'known order answered again'),
    postponed: (order, reason) =>
      logger.warn({ ...attributesOf(order), reason }, 'order waits for an outage to end'),
    attemptFailed: (orderId, error) =>
      logger.warn({ orderId, error }, 'attempt at an order failed'),
    notRecovered: (orderId, error) =>
      logger.warn({ orderId, error }, 'order of an earlier run is still open'),
    recovered: (orderCount) => {
      if (orderCount > 0) logger.info({ orderCount }, 'orders of an earlier run finished');
    },
  };
}

function attributesOf(order: Order): Record<string, string | number> {
  return {
    [ATTRIBUTES.rebalanceId]: order.rebalanceId,
    [ATTRIBUTES.vaultId]: order.vaultId,
    [ATTRIBUTES.actionIndex]: order.index,
  };
}
