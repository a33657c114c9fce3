import type { Logger } from '@trimtab/telemetry';
import type { DeliveryObserver } from '../../application/notification-ports.js';

/** Writes what became of deliveries to the log; what arrived is no news. */
export function createDeliveryObserver(logger: Logger): DeliveryObserver {
  return {
    delivered: (event) => logger.debug({ ...event }, 'notification delivered'),
    failed: (event) =>
      event.outcome === 'SKIPPED'
        ? logger.debug({ ...event }, 'notification not delivered')
        : logger.warn({ ...event }, 'notification not delivered'),
  };
}
