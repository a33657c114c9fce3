import { withIdempotency, type Database } from '@trimtab/storage';
import type { Insertable, Selectable } from 'kysely';
import type {
  NotificationTargets,
  ShownTargets,
  TargetStore,
} from '../../application/notification-ports.js';
import type { NotificationTargetsTable } from './notification-tables.js';
import { toDate } from './rows.js';
import type { IntentTables } from './tables.js';

/** Targets in PostgreSQL. The idempotency key keeps what was shown, never a secret. */
export function createTargetStore(database: Database<IntentTables>): TargetStore {
  return {
    replace: async (key, decide, now) => {
      const { response } = await withIdempotency(database, key, async (tx) => {
        const row = await tx
          .selectFrom('notification_targets')
          .selectAll()
          .where('owner', '=', key.subject)
          .forUpdate()
          .executeTakeFirst();
        const targets = decide(row && fromTargetsRow(row));
        const columns = { ...toColumns(targets), update_time: toDate(now) };
        await tx
          .insertInto('notification_targets')
          .values({ owner: key.subject, ...columns })
          .onConflict((conflict) => conflict.column('owner').doUpdateSet(columns))
          .execute();
        return Buffer.from(JSON.stringify(shown(targets)), 'utf8');
      });
      return JSON.parse(Buffer.from(response).toString('utf8')) as ShownTargets;
    },
  };
}

/** Targets as they were read. */
export function fromTargetsRow(
  row: Omit<Selectable<NotificationTargetsTable>, 'owner' | 'update_time'>,
): NotificationTargets {
  const { push_endpoint: endpoint, push_p256dh_key: p256dhKey } = row;
  return {
    webhookUrl: row.webhook_url,
    webhookSecret: row.webhook_secret,
    emailAddress: row.email_address,
    push:
      endpoint === null
        ? undefined
        : { endpoint, p256dhKey: p256dhKey ?? '', authSecret: row.push_auth_secret ?? '' },
  };
}

function toColumns({
  webhookUrl,
  webhookSecret,
  emailAddress,
  push,
}: NotificationTargets): Omit<Insertable<NotificationTargetsTable>, 'owner' | 'update_time'> {
  return {
    webhook_url: webhookUrl,
    webhook_secret: webhookSecret,
    email_address: emailAddress,
    push_endpoint: push?.endpoint ?? null,
    push_p256dh_key: push?.p256dhKey ?? null,
    push_auth_secret: push?.authSecret ?? null,
  };
}

function shown({ webhookUrl, emailAddress, push }: NotificationTargets): ShownTargets {
  return {
    webhookUrl,
    emailAddress,
    push: push && { endpoint: push.endpoint, p256dhKey: push.p256dhKey },
  };
}
