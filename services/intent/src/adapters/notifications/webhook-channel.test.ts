import { instant } from '@trimtab/core';
import { createOutboundClient, type Resolve } from '@trimtab/outbound';
import { describe, expect, it } from 'vitest';
import type { Attempt, NotificationTargets } from '../../application/notification-ports.js';
import { createWebhookChannel } from './webhook-channel.js';

const TARGETS: NotificationTargets = {
  webhookUrl: 'http://hooks.example.com:8080/a',
  webhookSecret: '0123456789abcdef',
  emailAddress: '',
  push: undefined,
};
const ATTEMPT: Attempt = {
  deliveryId: 'delivery-1',
  channel: 'webhook',
  attemptCount: 1,
  notification: {
    id: 'notification-1',
    owner: 'alice',
    intentId: 'intent-1-00000001',
    kind: 'ROLL',
    message: 'it rolled',
    channels: ['webhook'],
    createTime: instant(0),
  },
  targets: TARGETS,
};
const wallClock = { now: () => instant(1_522_800_000_999) };

describe('a webhook whose name moved into a private network', () => {
  it('is not sent there, though its address was public when it was set', async () => {
    const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const client = createOutboundClient({ resolve });
    expect(client.checkTarget(TARGETS.webhookUrl).ok).toBe(true);
    const send = createWebhookChannel(client, wallClock);
    expect(await send(ATTEMPT)).toEqual({ kind: 'GIVEN_UP', error: 'ADDRESS_REFUSED' });
  });
});

describe('a webhook', () => {
  it('whose name is not found now is tried again', async () => {
    const resolve: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
    const send = createWebhookChannel(createOutboundClient({ resolve }), wallClock);
    expect(await send(ATTEMPT)).toEqual({ kind: 'RETRY', error: 'NAME_NOT_RESOLVED' });
  });

  it('without an address or a secret is skipped', async () => {
    const send = createWebhookChannel(createOutboundClient(), wallClock);
    const skipped = { kind: 'SKIPPED', error: 'no webhook is set' };
    expect(await send({ ...ATTEMPT, targets: undefined })).toEqual(skipped);
    const noSecret = { ...TARGETS, webhookSecret: '' };
    expect(await send({ ...ATTEMPT, targets: noSecret })).toEqual(skipped);
  });
});
