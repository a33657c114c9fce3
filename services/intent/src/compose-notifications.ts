import type { Clock, IdSource } from '@trimtab/core';
import { createPoller, systemClock, type Component } from '@trimtab/lifecycle';
import { createOutboundClient } from '@trimtab/outbound';
import type { Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createEmailChannel } from './adapters/notifications/email-channel.js';
import { createEmailOutbox, createPushOutbox } from './adapters/notifications/outbox-folder.js';
import { createPushChannel } from './adapters/notifications/push-channel.js';
import { createWebhookChannel } from './adapters/notifications/webhook-channel.js';
import { createDeliveryStore } from './adapters/postgres/delivery-store.js';
import { createNotificationStore } from './adapters/postgres/notification-store.js';
import { createNotify, type Notify } from './adapters/postgres/notify.js';
import type { IntentTables } from './adapters/postgres/tables.js';
import { createTargetStore } from './adapters/postgres/target-store.js';
import { createDeliveryObserver } from './adapters/telemetry/delivery-observer.js';
import { createDeliverNotifications } from './application/deliver-notifications.js';
import {
  createListNotifications,
  type ListNotifications,
} from './application/list-notifications.js';
import type { RefusedTarget } from './application/notification-ports.js';
import {
  createSetNotificationTargets,
  type SetNotificationTargets,
} from './application/set-notification-targets.js';
import {
  emailServerOf,
  privateTargetsOf,
  vapidDetailsOf,
  type NotificationConfig,
} from './notification-config.js';

/** Everything about notifications: what the service serves, what it writes, what sends. */
export interface NotificationParts {
  readonly setNotificationTargets: SetNotificationTargets;
  readonly listNotifications: ListNotifications;
  readonly refusedTarget: RefusedTarget;
  readonly notify: Notify;
  /** Sends what is due. */
  readonly deliverer: Component;
}

const DELIVERY_POLL_MS = 250;

/** Builds it. Without a mail server or VAPID keys, e-mail or push goes to the outbox folder. */
export function composeNotifications(
  config: NotificationConfig,
  dependencies: {
    readonly clock: Clock;
    readonly ids: IdSource;
    readonly database: Database<IntentTables>;
    readonly logger: Logger;
  },
): NotificationParts {
  const { clock, ids, database, logger } = dependencies;
  const client = createOutboundClient({ allowPrivate: privateTargetsOf(config) });
  const server = emailServerOf(config);
  const vapid = vapidDetailsOf(config);
  const folder = config.NOTIFICATION_OUTBOX_FOLDER;
  const deliver = createDeliverNotifications({
    clock,
    deliveries: createDeliveryStore(database),
    senders: {
      webhook: createWebhookChannel(client, systemClock),
      email: server === undefined ? createEmailOutbox(folder) : createEmailChannel(server),
      push: vapid === undefined ? createPushOutbox(folder) : createPushChannel(client, vapid),
    },
    observer: createDeliveryObserver(logger),
  });
  return {
    setNotificationTargets: createSetNotificationTargets({
      clock,
      targets: createTargetStore(database),
    }),
    listNotifications: createListNotifications(createNotificationStore(database)),
    refusedTarget: (url) => {
      const check = client.checkTarget(url);
      return check.ok ? undefined : `${check.reason}: ${check.message}`;
    },
    notify: createNotify({ clock, ids }),
    deliverer: createPoller({
      name: 'intent notifications',
      intervalMs: DELIVERY_POLL_MS,
      run: deliver,
      onError: (error) => logger.error({ err: error }, 'intent notifications failed'),
    }),
  };
}
