import { instant, type Clock } from '@trimtab/core';
import { MAX_DELIVERY_ATTEMPTS, nextAttempt } from '../domain/notification.js';
import type {
  Attempt,
  AttemptResult,
  DeliveryObserver,
  DeliveryStore,
  Senders,
} from './notification-ports.js';

/** Sends what is due, at least once each. */
export type DeliverNotifications = () => Promise<void>;

/** What it needs. */
export interface DeliverDependencies {
  readonly clock: Clock;
  readonly deliveries: DeliveryStore;
  readonly senders: Senders;
  readonly observer: DeliveryObserver;
}

/** How many are sent side by side: one slow receiver holds the others of its batch back, no more. */
const BATCH_SIZE = 20;
/** Longer than any channel takes: until then an attempt is not taken for dead. */
const LEASE_MILLIS = 60_000;

/**
 * Creates the worker's round. A process that dies between sending and writing that it was sent leaves
 * the delivery to the next attempt, with the same id.
 */
export function createDeliverNotifications(deps: DeliverDependencies): DeliverNotifications {
  const { clock, deliveries } = deps;
  return async () => {
    const now = clock.now();
    const attempts = await deliveries.claim(now, instant(now + LEASE_MILLIS), BATCH_SIZE);
    await Promise.all(attempts.map((attempt) => deliver(attempt, deps)));
  };
}

async function deliver(attempt: Attempt, deps: DeliverDependencies): Promise<void> {
  const { clock, deliveries, observer } = deps;
  const { deliveryId, channel, attemptCount, notification } = attempt;
  const event = { deliveryId, intentId: notification.intentId, channel, attemptCount };
  const result = await send(attempt, deps.senders);
  if (result.kind === 'RETRY') {
    const dueTime = nextAttempt(attemptCount, clock.now());
    if (dueTime !== undefined) {
      await deliveries.retry(attempt, result.error, dueTime);
      observer.failed({ ...event, outcome: 'RETRY', error: result.error });
      return;
    }
  }
  const end = result.kind === 'RETRY' ? { ...result, kind: 'GIVEN_UP' as const } : result;
  await deliveries.end(attempt, end, clock.now());
  if (end.kind === 'DELIVERED') observer.delivered(event);
  else observer.failed({ ...event, outcome: end.kind, error: end.error });
}

async function send(attempt: Attempt, senders: Senders): Promise<AttemptResult> {
  const { channel, attemptCount } = attempt;
  if (attemptCount > MAX_DELIVERY_ATTEMPTS) {
    return { kind: 'GIVEN_UP', error: 'every attempt broke off in the middle' };
  }
  // The feed has what is written; there is nothing to send.
  if (channel === 'inapp') return { kind: 'DELIVERED' };
  try {
    return await senders[channel](attempt);
  } catch {
    // What was thrown may quote a target or a secret.
    return { kind: 'RETRY', error: 'the channel failed' };
  }
}
