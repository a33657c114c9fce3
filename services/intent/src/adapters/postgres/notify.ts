import type { Clock, IdSource } from '@trimtab/core';
import type { Transaction } from '@trimtab/storage';
import type { Intent } from '../../domain/intent.js';
import { channelsOf, type NotificationKind } from '../../domain/notification.js';
import { toDate } from './rows.js';
import type { IntentTables } from './tables.js';

/**
 * Tells the owner of an intent something, in the transaction of what happened: a notification and one
 * delivery for each channel that the owner wants it on, or nothing. The deliverer does the rest.
 */
export type Notify = (
  tx: Transaction<IntentTables>,
  intent: Intent,
  kind: NotificationKind,
  message: string,
) => Promise<void>;

/** Creates the writer. */
export function createNotify({
  clock,
  ids,
}: {
  readonly clock: Clock;
  readonly ids: IdSource;
}): Notify {
  return async (tx, intent, kind, message) => {
    const channels = channelsOf(kind, intent.spec.notifications);
    if (channels.length === 0) return;
    const notificationId = ids.uuid();
    const now = toDate(clock.now());
    await tx
      .insertInto('notifications')
      .values({
        notification_id: notificationId,
        owner: intent.owner,
        intent_id: intent.id,
        kind,
        message,
        channels: [...channels],
        create_time: now,
      })
      .execute();
    await tx
      .insertInto('notification_deliveries')
      .values(
        channels.map((channel) => {
          // The feed has it with this row; the other channels have it when it was sent.
          const stands = channel === 'inapp';
          return {
            delivery_id: ids.uuid(),
            notification_id: notificationId,
            channel,
            state: stands ? ('DELIVERED' as const) : ('PENDING' as const),
            attempt_count: 0,
            last_error: '',
            due_time: now,
            end_time: stands ? now : null,
          };
        }),
      )
      .execute();
  };
}
