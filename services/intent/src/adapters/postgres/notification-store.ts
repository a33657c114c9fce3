import { present } from '@trimtab/core';
import { sql, type Database } from '@trimtab/storage';
import type { Selectable } from 'kysely';
import type { NotificationStore } from '../../application/notification-ports.js';
import type { Delivery, Notification } from '../../domain/notification.js';
import type { NotificationDeliveriesTable, NotificationsTable } from './notification-tables.js';
import { fromDate } from './rows.js';
import type { IntentTables } from './tables.js';

/** Notifications in PostgreSQL. */
export function createNotificationStore({ kysely }: Database<IntentTables>): NotificationStore {
  return {
    list: async (filter, { afterId, limit }) => {
      let query = kysely
        .selectFrom('notifications')
        .selectAll()
        .where('owner', '=', filter.owner)
        .orderBy('create_time', 'desc')
        .orderBy('notification_id')
        .limit(limit);
      if (filter.intentId !== undefined) query = query.where('intent_id', '=', filter.intentId);
      if (filter.channels.length > 0) {
        query = query.where(sql<boolean>`channels && ${[...filter.channels]}::text[]`);
      }
      if (afterId !== undefined) {
        const last = await kysely
          .selectFrom('notifications')
          .select('create_time')
          .where('notification_id', '=', afterId)
          .executeTakeFirst();
        const { create_time: time } = present(last, 'a listed notification stays');
        query = query.where((is) =>
          is.or([
            is('create_time', '<', time),
            is.and([is('create_time', '=', time), is('notification_id', '>', afterId)]),
          ]),
        );
      }
      const rows = await query.execute();
      const deliveries = await deliveriesOf(rows.map((row) => row.notification_id));
      return rows.map((row) => ({
        notification: fromNotificationRow(row),
        deliveries: row.channels.map((channel) =>
          present(
            deliveries.get(`${row.notification_id} ${channel}`),
            'each channel has its delivery',
          ),
        ),
      }));
    },
  };

  async function deliveriesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Delivery>> {
    if (ids.length === 0) return new Map();
    const rows = await kysely
      .selectFrom('notification_deliveries')
      .selectAll()
      .where('notification_id', 'in', [...ids])
      .execute();
    return new Map(
      rows.map((row) => [`${row.notification_id} ${row.channel}`, fromDeliveryRow(row)]),
    );
  }
}

/** A notification as it was read. */
export function fromNotificationRow(row: Selectable<NotificationsTable>): Notification {
  return {
    id: row.notification_id,
    owner: row.owner,
    intentId: row.intent_id,
    kind: row.kind,
    message: row.message,
    channels: row.channels,
    createTime: fromDate(row.create_time),
  };
}

function fromDeliveryRow(row: Selectable<NotificationDeliveriesTable>): Delivery {
  return {
    id: row.delivery_id,
    channel: row.channel,
    state: row.state,
    attemptCount: row.attempt_count,
    lastError: row.last_error,
  };
}
