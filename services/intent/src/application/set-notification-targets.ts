import { invalidFields, refuse, type Clock } from '@trimtab/core';
import type { NotificationTargets, ShownTargets, TargetStore } from './notification-ports.js';
import type { RequestKey } from './ports.js';

/**
 * Sets where an owner is reached, as a whole. An empty webhook secret keeps the one that is stored; a
 * webhook without any secret is refused (FIELD_REQUIRED), for its receiver could not know who calls.
 */
export type SetNotificationTargets = (
  key: RequestKey,
  targets: NotificationTargets,
) => Promise<ShownTargets>;

/** Creates the use case. */
export function createSetNotificationTargets(deps: {
  readonly clock: Clock;
  readonly targets: TargetStore;
}): SetNotificationTargets {
  return (key, wanted) => {
    const decide = (stored: NotificationTargets | undefined): NotificationTargets => {
      const webhookSecret =
        wanted.webhookSecret === '' ? (stored?.webhookSecret ?? '') : wanted.webhookSecret;
      if (wanted.webhookUrl !== '' && webhookSecret === '') {
        const field = 'targets.webhook_secret';
        const message = 'was absent and none is stored, a webhook must have one';
        refuse(invalidFields([{ field, reason: 'FIELD_REQUIRED', message }]));
      }
      return { ...wanted, webhookSecret };
    };
    return deps.targets.replace(key, decide, deps.clock.now());
  };
}
