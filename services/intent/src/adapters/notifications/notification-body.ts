import type { Attempt } from '../../application/notification-ports.js';

/** What receivers of webhooks and push messages get: one JSON object, the same in every attempt. */
export function notificationBody({ deliveryId, notification }: Attempt): string {
  const { id, intentId, kind, message, createTime } = notification;
  return JSON.stringify({
    deliveryId,
    notificationId: id,
    intentId,
    kind,
    message,
    createTime: new Date(createTime).toISOString(),
  });
}
