import { createHmac } from 'node:crypto';

/** The headers of a webhook; receivers find them by these names. */
export const WEBHOOK_HEADERS = {
  /** The id of the delivery, the same in every attempt. */
  delivery: 'trimtab-delivery',
  /** When the attempt was signed, in seconds since 1970. */
  timestamp: 'trimtab-timestamp',
  /** `v1=` and the HMAC-SHA256 of `{timestamp}.{body}` under the secret, in hexadecimal. */
  signature: 'trimtab-signature',
} as const;

/** The signature of a webhook (intent rules, notifications). */
export function signWebhook(secret: string, timestamp: string, body: string): string {
  const mac = createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest('hex');
  return `v1=${mac}`;
}
