import { sql, type Migration } from '@trimtab/storage';

const statements = [
  `create table notification_targets (
     owner text collate "C" primary key,
     webhook_url text not null,
     webhook_secret text not null,
     email_address text not null,
     push_endpoint text,
     push_p256dh_key text,
     push_auth_secret text,
     update_time timestamptz(3) not null
   )`,
  `create table notifications (
     notification_id text collate "C" primary key,
     owner text collate "C" not null,
     intent_id text collate "C" not null references intents,
     kind text not null check (kind in ('ROLL', 'THRESHOLD_BREACH', 'STOP_LOSS', 'STATE_CHANGE')),
     message text not null,
     channels text[] not null,
     create_time timestamptz(3) not null
   )`,
  `create index notifications_of_owner
     on notifications (owner, create_time desc, notification_id)`,
  `create table notification_deliveries (
     delivery_id text collate "C" primary key,
     notification_id text collate "C" not null references notifications,
     channel text not null check (channel in ('email', 'push', 'inapp', 'webhook')),
     state text not null check (state in ('PENDING', 'DELIVERED', 'GIVEN_UP', 'SKIPPED')),
     attempt_count int not null default 0,
     last_error text not null default '',
     due_time timestamptz(3) not null,
     end_time timestamptz(3),
     unique (notification_id, channel),
     check ((state = 'PENDING') = (end_time is null))
   )`,
  `create index notification_deliveries_due on notification_deliveries (due_time)
     where state = 'PENDING'`,
];

/** Where owners are reached, what they are told, and how it gets there. */
export const notificationMigration: Migration = {
  up: async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
  down: async (db) => {
    await sql
      .raw('drop table notification_deliveries, notifications, notification_targets')
      .execute(db);
  },
};
