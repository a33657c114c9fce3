import { createHmac, timingSafeEqual } from 'node:crypto';

/** A webhook as it was received. */
export interface ReceivedWebhook {
  /** The secret that the owner set with SetNotificationTargets. */
  readonly secret: string;
  /** The header `trimtab-timestamp`. */
  readonly timestamp: string;
  /** The header `trimtab-signature`. */
  readonly signature: string;
  /** The body as it came, before anything parsed it. */
  readonly body: string | Uint8Array;
  /** The time of the receiver; by default its clock's. */
  readonly now?: Date;
}

/** How old a webhook may be, and how far its clock may be ahead: 5 minutes, both included. */
export const WEBHOOK_WINDOW_MILLIS = 300_000;

const SECONDS = /^(?:0|[1-9]\d{0,11})$/;
const SIGNATURE = /^v1=([0-9a-f]{64})$/;

/**
 * Whether a webhook is Trimtab's and of now: the signature is over this timestamp and this body under
 * the secret, compared in constant time, and the timestamp is at most 5 minutes off. A repeat within
 * them has the same `trimtab-delivery`, which the receiver remembers that long.
 *
 * @throws RangeError for an empty secret: everyone could sign with it
 */
export function verifyWebhook(webhook: ReceivedWebhook): boolean {
  const { secret, timestamp, signature, body, now = new Date() } = webhook;
  if (secret === '') throw new RangeError('the secret of a webhook must not be empty');
  const given = SIGNATURE.exec(signature)?.[1];
  if (given === undefined || !SECONDS.test(timestamp)) return false;
  const mac = createHmac('sha256', secret).update(`${timestamp}.`, 'utf8').update(body).digest();
  const isOurs = timingSafeEqual(mac, Buffer.from(given, 'hex'));
  const ageMillis = now.getTime() - parseInt(timestamp, 10) * 1_000;
  return isOurs && Math.abs(ageMillis) <= WEBHOOK_WINDOW_MILLIS;
}
