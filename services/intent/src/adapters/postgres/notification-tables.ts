import type { Channel } from '@trimtab/strategy';
import type { DeliveryState, NotificationKind } from '../../domain/notification.js';

/** Where owners are reached. Holds secrets: no constraint whose failure would quote a row. */
export interface NotificationTargetsTable {
  owner: string;
  webhook_url: string;
  webhook_secret: string;
  email_address: string;
  push_endpoint: string | null;
  push_p256dh_key: string | null;
  push_auth_secret: string | null;
  update_time: Date;
}

/** What owners are told. */
export interface NotificationsTable {
  notification_id: string;
  owner: string;
  intent_id: string;
  kind: NotificationKind;
  message: string;
  channels: Channel[];
  create_time: Date;
}

/** One row per notification and channel. */
export interface NotificationDeliveriesTable {
  delivery_id: string;
  notification_id: string;
  channel: Channel;
  state: DeliveryState;
  attempt_count: number;
  last_error: string;
  /** When it is tried next; while it is tried, when the attempt is taken for dead. */
  due_time: Date;
  end_time: Date | null;
}
