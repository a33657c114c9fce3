import type { Instant } from '@trimtab/core';
import type { Channel } from '@trimtab/strategy';
import type { Delivery, Notification } from '../domain/notification.js';
import type { RequestKey } from './ports.js';

/** A Web Push subscription, as the browser gives it. */
export interface PushTarget {
  readonly endpoint: string;
  /** The public key of the browser, base64url. */
  readonly p256dhKey: string;
  /** A secret of the browser, base64url: never shown, never logged. */
  readonly authSecret: string;
}

/** Where an owner is reached. */
export interface NotificationTargets {
  /** Empty: none. */
  readonly webhookUrl: string;
  /** Signs webhooks: never shown, never logged. Empty: none. */
  readonly webhookSecret: string;
  /** Empty: none. */
  readonly emailAddress: string;
  readonly push: PushTarget | undefined;
}

/** The targets without what is secret: what callers may see. */
export interface ShownTargets {
  readonly webhookUrl: string;
  readonly emailAddress: string;
  readonly push: { readonly endpoint: string; readonly p256dhKey: string } | undefined;
}

/** Targets of owners. */
export interface TargetStore {
  /**
   * Replaces the targets of an owner, once for each key; `decide` is given those that are stored, under
   * their lock, and refuses by throwing.
   *
   * @throws DomainFailure REQUEST_ID_REUSED and what `decide` refuses
   */
  replace(
    key: RequestKey,
    decide: (stored: NotificationTargets | undefined) => NotificationTargets,
    now: Instant,
  ): Promise<ShownTargets>;
}

/** Which notifications a list holds. */
export interface NotificationFilter {
  readonly owner: string;
  /** Absent: of every intent. */
  readonly intentId: string | undefined;
  /** Empty: to every channel. */
  readonly channels: readonly Channel[];
}

/** The part of a list that is asked for. */
export interface NotificationPage {
  /** The last notification of the page before; absent for the first. */
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** A notification, and how it got to its channels. */
export interface NotificationView {
  readonly notification: Notification;
  /** One for each channel, in the order of its channels. */
  readonly deliveries: readonly Delivery[];
}

/** Notifications that were written. */
export interface NotificationStore {
  /** By (create time descending, id). */
  list(filter: NotificationFilter, page: NotificationPage): Promise<readonly NotificationView[]>;
}

/** One attempt of a delivery. */
export interface Attempt {
  readonly deliveryId: string;
  readonly channel: Channel;
  /** How many attempts there were, with this one. */
  readonly attemptCount: number;
  readonly notification: Notification;
  /** Where the owner is reached now; absent if never set. */
  readonly targets: NotificationTargets | undefined;
}

/** Ends of an attempt. Errors name no target and no secret. */
export type AttemptResult =
  | { readonly kind: 'DELIVERED' }
  | { readonly kind: 'SKIPPED'; readonly error: string }
  | { readonly kind: 'GIVEN_UP'; readonly error: string }
  | { readonly kind: 'RETRY'; readonly error: string };

/** Deliveries that are under way. */
export interface DeliveryStore {
  /**
   * Counts an attempt of each delivery whose time has come, the longest waiting first, and hides them
   * until `leaseEnd`: no other worker has them, and a worker that dies leaves them to the next.
   */
  claim(now: Instant, leaseEnd: Instant, limit: number): Promise<readonly Attempt[]>;
  /** Ends the delivery, unless a later attempt of it has begun. */
  end(
    attempt: Attempt,
    result: Exclude<AttemptResult, { readonly kind: 'RETRY' }>,
    now: Instant,
  ): Promise<void>;
  /** Tries the delivery again at a time, unless a later attempt of it has begun. */
  retry(attempt: Attempt, error: string, dueTime: Instant): Promise<void>;
}

/** A way to an owner. Sends once; never throws for what the other side does. */
export type SendToChannel = (attempt: Attempt) => Promise<AttemptResult>;

/** The ways to owners; the feed needs none. */
export type Senders = Readonly<Record<Exclude<Channel, 'inapp'>, SendToChannel>>;

/** Why an address that an owner names may not be called; absent if it may. */
export type RefusedTarget = (url: string) => string | undefined;

/** What became of deliveries, for logs. */
export interface DeliveryObserver {
  delivered(event: DeliveryEvent): void;
  failed(
    event: DeliveryEvent & { readonly outcome: AttemptResult['kind']; readonly error: string },
  ): void;
}

/** Which delivery an event is about. */
export interface DeliveryEvent {
  readonly deliveryId: string;
  readonly intentId: string;
  readonly channel: Channel;
  readonly attemptCount: number;
}
