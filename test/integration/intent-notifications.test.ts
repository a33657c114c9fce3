import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import {
  ListNotificationsRequest,
  NotificationChannel,
  NotificationTargets,
  Notification_Kind as Kind,
  NotificationDelivery_State as State,
  type Notification,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { DomainFailure, present } from '@trimtab/core';
import { REFUSED_TARGETS } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  LOST,
  refusal,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

const { NOTIFICATION_CHANNEL_INAPP: INAPP, NOTIFICATION_CHANNEL_WEBHOOK: WEBHOOK } =
  NotificationChannel;
const SECRET = 'a-secret-of-16-characters-or-more';
const KEY = createECDH('prime256v1').generateKeys('base64url', 'uncompressed');
const AUTH = randomBytes(16).toString('base64url');

let world: IntentWorld;
let alice: IntentClient;
let bob: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  bob = await world.clientOf('bob', 'intent:write');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query(
    'truncate intents, idempotency_keys, notification_targets cascade',
  );
});

function set(targets: Partial<NotificationTargets>, requestId = randomUUID(), client = alice) {
  const empty = NotificationTargets.fromPartial({});
  return client.setNotificationTargets({ requestId, targets: { ...empty, ...targets } });
}

function push(change: Partial<Record<'endpoint' | 'p256dhKey' | 'authSecret', string>> = {}) {
  const endpoint = 'https://push.example.com/abc';
  return { pushSubscription: { endpoint, p256dhKey: KEY, authSecret: AUTH, ...change } };
}

async function violationsOf(call: Promise<unknown>): Promise<readonly string[]> {
  const failure: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof DomainFailure)) throw new Error('was not refused', { cause: failure });
  return failure.error.violations.map(({ field, reason }) => `${field} ${reason}`);
}

describe('SetNotificationTargets', () => {
  it('answers the targets without their secrets', async () => {
    const targets = {
      webhookUrl: 'https://example.com/hook?token=1',
      webhookSecret: SECRET,
      emailAddress: 'alice@example.com',
      ...push(),
    };
    const { targets: answer } = await set(targets);
    expect(answer).toEqual({ ...targets, webhookSecret: '', ...push({ authSecret: '' }) });
  });

  it('keeps a stored secret when none is given, and forgets targets that are not named', async () => {
    await set({ webhookUrl: 'https://example.com/a', webhookSecret: SECRET, ...push() });
    const { targets } = await set({ webhookUrl: 'https://example.com/b' });
    expect(targets).toEqual({
      webhookUrl: 'https://example.com/b',
      webhookSecret: '',
      emailAddress: '',
      pushSubscription: undefined,
    });
    const { rows } = await world.database.pool.query('select * from notification_targets');
    expect(rows).toMatchObject([
      { owner: 'alice', webhook_secret: SECRET, push_endpoint: null, push_auth_secret: null },
    ]);
  });

  it('refuses a webhook without a secret, of its own owner', async () => {
    const call = set({ webhookUrl: 'https://example.com/a' });
    expect(await violationsOf(call)).toEqual(['targets.webhook_secret FIELD_REQUIRED']);
    await set({ webhookUrl: 'https://example.com/a', webhookSecret: SECRET });
    const bobs = set({ webhookUrl: 'https://example.com/a' }, randomUUID(), bob);
    expect(await violationsOf(bobs)).toEqual(['targets.webhook_secret FIELD_REQUIRED']);
  });

  it('answers a repeat as before, and refuses its id for another body', async () => {
    const requestId = randomUUID();
    const first = await set({ emailAddress: 'a@example.com' }, requestId);
    await set({ emailAddress: 'b@example.com' });
    expect(await set({ emailAddress: 'a@example.com' }, requestId)).toEqual(first);
    const { rows } = await world.database.pool.query<{ email_address: string }>(
      'select email_address from notification_targets',
    );
    expect(rows).toEqual([{ email_address: 'b@example.com' }]);
    const other = set({ emailAddress: 'c@example.com' }, requestId);
    expect(await refusalOf(other)).toMatchObject({ reason: 'REQUEST_ID_REUSED' });
  });

  it('needs the scope intent:write', async () => {
    const reader = await world.clientOf('alice');
    const call = set({}, randomUUID(), reader);
    expect(await refusalOf(call)).toMatchObject({ reason: 'PERMISSION_DENIED' });
  });

  it.each<[string, Partial<NotificationTargets>, string[]]>([
    ['a secret of 15 characters', { webhookSecret: 'x'.repeat(15) }, ['webhook_secret']],
    ['a secret of 257 characters', { webhookSecret: 'x'.repeat(257) }, ['webhook_secret']],
    ['a secret with a space', { webhookSecret: `${SECRET} x` }, ['webhook_secret']],
    ['an address without a host', { emailAddress: 'alice' }, ['email_address']],
    ['two addresses', { emailAddress: 'a@example.com,b@example.com' }, ['email_address']],
    ['an address of two lines', { emailAddress: 'a@example.com\r\nBcc: b@c.d' }, ['email_address']],
    ['an address with a name', { emailAddress: 'A <a@example.com>' }, ['email_address']],
    ['a short browser key', push({ p256dhKey: 'AAAA' }), ['push_subscription.p256dh_key']],
    [
      'a browser key off the curve',
      push({ p256dhKey: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url') }),
      ['push_subscription.p256dh_key'],
    ],
    [
      'a browser secret of 15 bytes',
      push({ authSecret: Buffer.alloc(15).toString('base64url') }),
      ['push_subscription.auth_secret'],
    ],
  ])('refuses %s', async (_what, targets, fields) => {
    const found = await violationsOf(set(targets));
    expect(found).toEqual(fields.map((field) => `targets.${field} FIELD_INVALID`));
  });

  const payloads = REFUSED_TARGETS.flatMap(([reason, urls]) =>
    urls.filter((url) => url !== '').map((url) => [reason, url] as const),
  );

  it('is tried with more than 60 private and misspelt addresses', () => {
    expect(payloads.length).toBeGreaterThan(60);
  });

  it.each(payloads)(
    'refuses a target with %s as webhook and as push endpoint: %j',
    async (why, url) => {
      const call = set({ webhookUrl: url, webhookSecret: SECRET, ...push({ endpoint: url }) });
      expect(await violationsOf(call)).toEqual([
        'targets.webhook_url NOTIFICATION_TARGET_NOT_ALLOWED',
        'targets.push_subscription.endpoint NOTIFICATION_TARGET_NOT_ALLOWED',
      ]);
      await expect(call).rejects.toThrow(`targets.webhook_url: ${why}: `);
    },
  );
});

async function created(notifications: StrategyIntent['notifications'], client = alice) {
  const { intent } = await client.createIntent(createRequest(randomUUID(), { notifications }));
  return present(intent, 'CreateIntent answers an intent').intentId;
}

function wanting(...channels: NotificationChannel[]): StrategyIntent['notifications'] {
  return { onRoll: false, onThresholdBreach: false, onStopLoss: false, channels };
}

function pause(intentId: string, client = alice) {
  return client.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
}

function resume(intentId: string) {
  return alice.resumeIntent({ requestId: randomUUID(), intentId, etag: '' });
}

async function listed(
  request: Partial<ListNotificationsRequest> = {},
  client = alice,
): Promise<readonly Notification[]> {
  const empty = ListNotificationsRequest.fromPartial({});
  return (await client.listNotifications({ ...empty, ...request })).notifications;
}

describe('ListNotifications', () => {
  it('tells every change of state, whatever the flags are, the latest first', async () => {
    const intentId = await created(wanting(INAPP));
    await pause(intentId);
    world.clock.advanceMillis(1);
    await resume(intentId);
    world.clock.advanceMillis(1);
    const reason = 'enough of it';
    await alice.cancelIntent({ requestId: randomUUID(), intentId, etag: '', reason });
    const notifications = await listed();
    expect(notifications.map(({ kind, message }) => [kind, message])).toEqual([
      [Kind.KIND_STATE_CHANGE, `intent ${intentId} is CANCELLED now: enough of it`],
      [Kind.KIND_STATE_CHANGE, `intent ${intentId} is ACTIVE now`],
      [Kind.KIND_STATE_CHANGE, `intent ${intentId} is PAUSED now`],
    ]);
    expect(notifications[0]).toMatchObject({
      intentId,
      channels: [INAPP],
      createTime: new Date(world.clock.now()),
      deliveries: [{ channel: INAPP, state: State.STATE_DELIVERED, lastError: '' }],
    });
  });

  it('tells of an activation that failed', async () => {
    world.fake.failNext('deposit', refusal('FAILED_PRECONDITION', 'VAULT_NOT_OPEN'));
    const intentId = await created(wanting(INAPP));
    const [notification] = await listed();
    expect(notification).toMatchObject({ intentId, kind: Kind.KIND_STATE_CHANGE });
    expect(notification?.message).toContain(`intent ${intentId} is ERROR now: `);
  });

  it('tells nothing of a change that was refused, and of a repeated request once', async () => {
    const intentId = await created(wanting(INAPP));
    const request = { requestId: randomUUID(), intentId, etag: '' };
    world.fake.failNext('setMode', LOST, 'after');
    await expect(alice.pauseIntent(request)).rejects.toThrow();
    await alice.pauseIntent(request);
    await alice.pauseIntent(request);
    expect(await refusalOf(pause(intentId))).toMatchObject({ reason: 'INTENT_STATE_INVALID' });
    expect(await listed()).toHaveLength(1);
  });

  it('goes to the channels that the intent has when it happens', async () => {
    const intentId = await created(wanting(WEBHOOK, INAPP));
    await pause(intentId);
    const [notification] = await listed();
    expect(notification?.channels).toEqual([WEBHOOK, INAPP]);
    expect(notification?.deliveries.map(({ channel }) => channel)).toEqual([WEBHOOK, INAPP]);
  });

  it('shows what goes to a channel when asked for it', async () => {
    const byWebhook = await created(wanting(WEBHOOK));
    const inFeed = await created(wanting(INAPP));
    await pause(byWebhook);
    await pause(inFeed);
    const intentsOf = async (...channels: NotificationChannel[]) =>
      (await listed({ channels })).map(({ intentId }) => intentId).sort();
    expect(await intentsOf()).toEqual([byWebhook, inFeed].sort());
    expect(await intentsOf(INAPP)).toEqual([inFeed]);
    expect(await intentsOf(WEBHOOK)).toEqual([byWebhook]);
    expect(await intentsOf(WEBHOOK, INAPP)).toEqual([byWebhook, inFeed].sort());
    const unknown = listed({ channels: [9 as NotificationChannel] });
    expect(await violationsOf(unknown)).toEqual(['channels[0] FIELD_INVALID']);
  });

  it('shows everybody their own, and of one intent when asked for it', async () => {
    const one = await created(wanting(INAPP));
    const two = await created(wanting(INAPP));
    const bobs = await created(wanting(INAPP), bob);
    await pause(one);
    await pause(two);
    await pause(bobs, bob);
    expect(await listed()).toHaveLength(2);
    expect((await listed({ intentId: two })).map(({ intentId }) => intentId)).toEqual([two]);
    expect((await listed({}, bob)).map(({ intentId }) => intentId)).toEqual([bobs]);
    expect(await listed({ intentId: one }, bob)).toEqual([]);
    const admin = await world.clientOf('root', 'admin');
    expect(await listed({}, admin)).toEqual([]);
  });

  it('pages without a gap or a repeat, also over notifications of one moment', async () => {
    const intentId = await created(wanting(INAPP));
    for (let count = 0; count < 3; count += 1) {
      await pause(intentId);
      await resume(intentId);
      if (count === 1) world.clock.advanceMillis(1);
    }
    const all = await listed({ intentId });
    const paged: Notification[] = [];
    let pageToken = '';
    do {
      const page = await alice.listNotifications({
        pageSize: 2,
        pageToken,
        intentId,
        channels: [],
      });
      paged.push(...page.notifications);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(all).toHaveLength(6);
    expect(paged).toEqual(all);
    const times = all.map(({ createTime }) => createTime?.getTime() ?? 0);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const first = await alice.listNotifications({ pageSize: 2, pageToken, intentId, channels: [] });
    const other = listed({ pageToken: first.nextPageToken });
    expect(await refusalOf(other)).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});
