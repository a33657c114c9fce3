import type { Clock } from '@trimtab/core';
import type { OutboundClient } from '@trimtab/outbound';
import type { SendToChannel } from '../../application/notification-ports.js';
import { sendOverHttp } from './http-result.js';
import { notificationBody } from './notification-body.js';
import { signWebhook, WEBHOOK_HEADERS } from './webhook-signature.js';

const GONE = [410];
const MILLIS_PER_SECOND = 1_000;

/**
 * Posts notifications to the owner's webhook. `wallClock` is the time that receivers have: what they
 * measure the age of a signature with.
 */
export function createWebhookChannel(client: OutboundClient, wallClock: Clock): SendToChannel {
  return async (attempt) => {
    const { webhookUrl: url = '', webhookSecret: secret = '' } = attempt.targets ?? {};
    if (url === '' || secret === '') return { kind: 'SKIPPED', error: 'no webhook is set' };
    const body = notificationBody(attempt);
    const timestamp = String(Math.floor(wallClock.now() / MILLIS_PER_SECOND));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'trimtab',
      [WEBHOOK_HEADERS.delivery]: attempt.deliveryId,
      [WEBHOOK_HEADERS.timestamp]: timestamp,
      [WEBHOOK_HEADERS.signature]: signWebhook(secret, timestamp, body),
    };
    return sendOverHttp(client, { method: 'POST', url, headers, body }, GONE);
  };
}
