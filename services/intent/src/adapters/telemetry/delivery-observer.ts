import { ATTRIBUTES, count, METRICS, type Logger } from '@trimtab/telemetry';
import type { DeliveryEvent, DeliveryObserver } from '../../application/notification-ports.js';

/** Counts what became of deliveries and writes it to the log; what arrived is no news. */
export function createDeliveryObserver(logger: Logger): DeliveryObserver {
  const counted = ({ channel }: DeliveryEvent, outcome: string): void =>
    count(METRICS.notificationDeliveries, 1, {
      [ATTRIBUTES.notificationChannel]: channel,
      [ATTRIBUTES.notificationOutcome]: outcome,
    });
  return {
    delivered: (event) => {
      counted(event, 'DELIVERED');
      logger.debug({ ...event }, 'notification delivered');
    },
    failed: (event) => {
      counted(event, event.outcome);
      if (event.outcome === 'SKIPPED') logger.debug({ ...event }, 'notification not delivered');
      else logger.warn({ ...event }, 'notification not delivered');
    },
  };
}
