import type {
  NotificationFilter,
  NotificationPage,
  NotificationStore,
  NotificationView,
} from './notification-ports.js';
import type { Call } from './ports.js';

/** Lists the caller's own notifications, the latest first. */
export type ListNotifications = (
  filter: Omit<NotificationFilter, 'owner'>,
  page: NotificationPage,
  call: Call,
) => Promise<readonly NotificationView[]>;

/** Creates the use case. */
export function createListNotifications(notifications: NotificationStore): ListNotifications {
  return (filter, page, { caller }) =>
    notifications.list({ ...filter, owner: caller.subject }, page);
}
