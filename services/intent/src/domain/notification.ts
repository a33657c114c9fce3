import { instant, type Instant } from '@trimtab/core';
import type { Channel, Notifications } from '@trimtab/strategy';
import type { Intent } from './intent.js';

/** What a notification tells. */
export const NOTIFICATION_KINDS = [
  'ROLL',
  'THRESHOLD_BREACH',
  'STOP_LOSS',
  'STATE_CHANGE',
] as const;
/** What a notification tells. */
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** What an owner is told. */
export interface Notification {
  readonly id: string;
  readonly owner: string;
  readonly intentId: string;
  readonly kind: NotificationKind;
  readonly message: string;
  /** Where it goes to. */
  readonly channels: readonly Channel[];
  readonly createTime: Instant;
}

/** How far the way to a channel is; all but PENDING are ends. */
export type DeliveryState = 'PENDING' | 'DELIVERED' | 'GIVEN_UP' | 'SKIPPED';

/** The way of a notification to one channel. */
export interface Delivery {
  /** The same in every attempt: receivers know a repeat by it. */
  readonly id: string;
  readonly channel: Channel;
  readonly state: DeliveryState;
  /** How often it was tried; an attempt whose process died counts. */
  readonly attemptCount: number;
  /** Why the last attempt failed; empty if none did. Names no target and no secret. */
  readonly lastError: string;
}

/**
 * Where a notification goes (intent rules, notifications): rolls, breaches and stops only if the owner
 * wants to hear of them, changes of state always; to the owner's channels, in their order. None: the
 * owner is not notified.
 */
export function channelsOf(
  kind: NotificationKind,
  { onRoll, onThresholdBreach, onStopLoss, channels }: Notifications,
): readonly Channel[] {
  const wanted: Readonly<Record<NotificationKind, boolean>> = {
    ROLL: onRoll,
    THRESHOLD_BREACH: onThresholdBreach,
    STOP_LOSS: onStopLoss,
    STATE_CHANGE: true,
  };
  return wanted[kind] ? channels : [];
}

/** What an owner is told when an intent has come into its state. */
export function stateChangeMessage({ id, state, stateReason }: Intent): string {
  const news = `intent ${id} is ${state} now`;
  return stateReason === '' ? news : `${news}: ${stateReason}`;
}

/** After this many attempts a delivery is given up: about an hour and a half after the first. */
export const MAX_DELIVERY_ATTEMPTS = 8;

const FIRST_RETRY_MILLIS = 1_000;
const RETRY_FACTOR = 4;
const MAX_RETRY_MILLIS = 3_600_000;

/** When a delivery is tried again after so many failed attempts; absent when it is given up. */
export function nextAttempt(attemptCount: number, now: Instant): Instant | undefined {
  if (attemptCount >= MAX_DELIVERY_ATTEMPTS) return undefined;
  const delay = FIRST_RETRY_MILLIS * RETRY_FACTOR ** (attemptCount - 1);
  return instant(now + Math.min(delay, MAX_RETRY_MILLIS));
}
