import type { OutboundClient } from '@trimtab/outbound';
import webPush from 'web-push';
import type { SendToChannel } from '../../application/notification-ports.js';
import { sendOverHttp } from './http-result.js';
import { notificationBody } from './notification-body.js';

/** Who we are to push services (RFC 8292). */
export interface VapidDetails {
  /** A `mailto:` or `https:` address of the operator. */
  readonly subject: string;
  /** base64url. */
  readonly publicKey: string;
  /** base64url. */
  readonly privateKey: string;
}

/** The push service has no such subscription any more. */
const GONE = [404, 410];
/** How long a push service keeps a message for a device that is off: a day. */
const TTL_SECONDS = 86_400;

/** Sends notifications to the owner's browser: encrypted for it, and over the guarded client. */
export function createPushChannel(
  client: OutboundClient,
  vapidDetails: VapidDetails,
): SendToChannel {
  return async (attempt) => {
    const { push } = attempt.targets ?? {};
    if (push === undefined) return { kind: 'SKIPPED', error: 'no push subscription is set' };
    const { endpoint, p256dhKey: p256dh, authSecret: auth } = push;
    const { headers, body } = webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      notificationBody(attempt),
      { vapidDetails: { ...vapidDetails }, TTL: TTL_SECONDS },
    );
    return sendOverHttp(
      client,
      { method: 'POST', url: endpoint, headers: textHeaders(headers), body },
      GONE,
    );
  };
}

/** The length is the client's own to say; numbers are written as texts. */
function textHeaders(headers: object): Record<string, string> {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(headers);
  return Object.fromEntries(
    entries
      .filter(([name]) => name.toLowerCase() !== 'content-length')
      .map(([name, value]) => [name, String(value)]),
  );
}
