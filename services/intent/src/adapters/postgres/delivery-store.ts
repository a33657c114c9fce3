import { inTransaction, type Database } from '@trimtab/storage';
import type { Transaction } from 'kysely';
import type { Attempt, DeliveryStore } from '../../application/notification-ports.js';
import { fromNotificationRow } from './notification-store.js';
import { toDate } from './rows.js';
import type { IntentTables } from './tables.js';
import { fromTargetsRow } from './target-store.js';

/** Deliveries in PostgreSQL; the count of attempts tells a late writer that it is late. */
export function createDeliveryStore(database: Database<IntentTables>): DeliveryStore {
  const { kysely } = database;
  const own = (attempt: Attempt) =>
    kysely
      .updateTable('notification_deliveries')
      .where('delivery_id', '=', attempt.deliveryId)
      .where('state', '=', 'PENDING')
      .where('attempt_count', '=', attempt.attemptCount);
  return {
    claim: (now, leaseEnd, limit) =>
      inTransaction(database, async (tx) => {
        const due = await tx
          .selectFrom('notification_deliveries')
          .select('delivery_id')
          .where('state', '=', 'PENDING')
          .where('due_time', '<=', toDate(now))
          .orderBy('due_time')
          .limit(limit)
          .forUpdate()
          .skipLocked()
          .execute();
        const ids = due.map((row) => row.delivery_id);
        if (ids.length === 0) return [];
        await tx
          .updateTable('notification_deliveries')
          .set(({ eb }) => ({
            attempt_count: eb('attempt_count', '+', 1),
            due_time: toDate(leaseEnd),
          }))
          .where('delivery_id', 'in', ids)
          .execute();
        return attemptsOf(tx, ids);
      }),
    end: async (attempt, result, now) => {
      const error = 'error' in result ? { last_error: result.error } : {};
      await own(attempt)
        .set({ state: result.kind, end_time: toDate(now), ...error })
        .execute();
    },
    retry: async (attempt, error, dueTime) => {
      await own(attempt)
        .set({ last_error: error, due_time: toDate(dueTime) })
        .execute();
    },
  };
}

async function attemptsOf(
  tx: Transaction<IntentTables>,
  ids: readonly string[],
): Promise<readonly Attempt[]> {
  const rows = await tx
    .selectFrom('notification_deliveries as d')
    .innerJoin('notifications as n', 'n.notification_id', 'd.notification_id')
    .leftJoin('notification_targets as t', 't.owner', 'n.owner')
    .select(['d.delivery_id', 'd.channel', 'd.attempt_count'])
    .select(['n.notification_id', 'n.owner', 'n.intent_id', 'n.kind', 'n.message', 'n.channels'])
    .select(['n.create_time', 't.webhook_url', 't.webhook_secret', 't.email_address'])
    .select(['t.push_endpoint', 't.push_p256dh_key', 't.push_auth_secret'])
    .where('d.delivery_id', 'in', [...ids])
    .execute();
  return rows.map((row) => {
    const { webhook_url: url, webhook_secret: secret, email_address: email } = row;
    const isSet = url !== null && secret !== null && email !== null;
    const targets = { ...row, webhook_url: url ?? '', webhook_secret: secret ?? '' };
    return {
      deliveryId: row.delivery_id,
      channel: row.channel,
      attemptCount: row.attempt_count,
      notification: fromNotificationRow(row),
      targets: isSet ? fromTargetsRow({ ...targets, email_address: email }) : undefined,
    };
  });
}
