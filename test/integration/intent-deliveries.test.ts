import { createDecipheriv, createECDH, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyWebhook } from '@trimtab/client';
import {
  NotificationChannel,
  NotificationDelivery_State as State,
  NotificationTargets,
  type NotificationDelivery,
} from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { collectLogs, eventually, memorySpans, type MemorySpans } from '@trimtab/testkit';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import {
  createRequest,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';
import {
  startHttpReceiver,
  startMailServer,
  type HttpReceiver,
  type MailServer,
  type Received,
} from './notification-receivers.js';

const { NOTIFICATION_CHANNEL_WEBHOOK: WEBHOOK, NOTIFICATION_CHANNEL_EMAIL: EMAIL } =
  NotificationChannel;
const { NOTIFICATION_CHANNEL_PUSH: PUSH } = NotificationChannel;
/** Found nowhere but where it belongs. */
const CANARY = 'canary-5f1d2a';
const SECRET = `webhook-${CANARY}`;
const MAIL_PASSWORD = `mail-${CANARY}`;
const VAPID = webPush.generateVAPIDKeys();
const BROWSER = createECDH('prime256v1');
const BROWSER_KEY = BROWSER.generateKeys();
const BROWSER_SECRET = Buffer.from(`push-${CANARY}`, 'utf8');

const logs = collectLogs();
let spans: MemorySpans;
let hook: HttpReceiver;
let mail: MailServer;
let folder: string;
let world: IntentWorld;
let alice: IntentClient;

beforeAll(async () => {
  spans = memorySpans();
  hook = await startHttpReceiver();
  mail = await startMailServer('trimtab', MAIL_PASSWORD);
  folder = await mkdtemp(join(tmpdir(), 'trimtab-outbox-'));
  world = await startIntentWorld({
    logger: logs.logger,
    environment: {
      WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
      SMTP_URL: mail.url,
      EMAIL_FROM: 'trimtab@example.com',
      VAPID_SUBJECT: 'mailto:operator@example.com',
      VAPID_PUBLIC_KEY: VAPID.publicKey,
      VAPID_PRIVATE_KEY: VAPID.privateKey,
    },
  });
  alice = await world.clientOf('alice', 'intent:write');
});
afterAll(async () => {
  await world.close();
  await hook.close();
  await mail.close();
  await spans.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await world.database.pool.query(
    'truncate intents, idempotency_keys, notification_targets cascade',
  );
  hook.received.length = 0;
  hook.answers.length = 0;
  mail.mails.length = 0;
});

function set(targets: Partial<NotificationTargets>, client = alice) {
  const empty = NotificationTargets.fromPartial({});
  return client.setNotificationTargets({
    requestId: randomUUID(),
    targets: { ...empty, ...targets },
  });
}

/** Makes an intent that tells these channels, and changes its state: one notification. */
async function paused(...channels: NotificationChannel[]): Promise<string> {
  const notifications = { onRoll: false, onThresholdBreach: false, onStopLoss: false, channels };
  const { intent } = await alice.createIntent(createRequest(randomUUID(), { notifications }));
  const { intentId } = present(intent, 'CreateIntent answers an intent');
  await alice.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
  return intentId;
}

async function deliveryOf(intentId: string): Promise<NotificationDelivery> {
  const page = { pageSize: 0, pageToken: '', channels: [] };
  const { notifications } = await alice.listNotifications({ ...page, intentId });
  return present(notifications[0]?.deliveries[0], 'the change of state was told');
}

/** The delivery once it is in a state after so many attempts. */
async function settled(
  intentId: string,
  state: State,
  attemptCount: number,
): Promise<NotificationDelivery> {
  const what = `delivery state ${state} after ${attemptCount} attempts`;
  return eventually(
    async () => {
      const delivery = await deliveryOf(intentId);
      const isThere = delivery.state === state && delivery.attemptCount === attemptCount;
      // Between two attempts an error stands; in the middle of the next one it does, too.
      return isThere && (state !== State.STATE_PENDING || delivery.lastError !== '')
        ? delivery
        : undefined;
    },
    { what },
  );
}

/** The webhook as a receiver checks it. */
function check({ headers, body }: Received, change: { body?: string; now?: Date } = {}): boolean {
  const timestamp = String(headers['trimtab-timestamp']);
  const signature = String(headers['trimtab-signature']);
  return verifyWebhook({ secret: SECRET, timestamp, signature, body, ...change });
}

describe('a webhook', () => {
  it('is sent once, signed over timestamp and body, with the id of the delivery', async () => {
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    const intentId = await paused(WEBHOOK);
    const delivery = await settled(intentId, State.STATE_DELIVERED, 1);
    expect(hook.received).toHaveLength(1);
    const [received] = hook.received;
    if (received === undefined) throw new Error('one was received');
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'trimtab-delivery': delivery.deliveryId,
    });
    expect(JSON.parse(received.body.toString('utf8'))).toEqual({
      deliveryId: delivery.deliveryId,
      notificationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      intentId,
      kind: 'STATE_CHANGE',
      message: `intent ${intentId} is PAUSED now`,
      createTime: new Date(world.clock.now()).toISOString(),
    });
    expect(check(received)).toBe(true);
  });

  it('that was changed on its way, or is repeated after 5 minutes, is refused', async () => {
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    await settled(await paused(WEBHOOK), State.STATE_DELIVERED, 1);
    const [received] = hook.received;
    if (received === undefined) throw new Error('one was received');
    expect(
      check(received, { body: received.body.toString('utf8').replace('PAUSED', 'ACTIVE') }),
    ).toBe(false);
    const signedAt = parseInt(String(received.headers['trimtab-timestamp']), 10) * 1000;
    expect(check(received, { now: new Date(signedAt + 300_000) })).toBe(true);
    expect(check(received, { now: new Date(signedAt + 300_001) })).toBe(false);
  });

  it('is sent again after an answer that is no success, with the same id and a new signature', async () => {
    hook.answers.push({ status: 500 }, { status: 404 });
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    const intentId = await paused(WEBHOOK);
    const first = await settled(intentId, State.STATE_PENDING, 1);
    expect(first.lastError).toBe('answered with status 500');
    world.clock.advanceMillis(999);
    expect(hook.received).toHaveLength(1);
    world.clock.advanceMillis(1);
    const second = await settled(intentId, State.STATE_PENDING, 2);
    expect(second.lastError).toBe('answered with status 404');
    world.clock.advanceMillis(4_000);
    const third = await settled(intentId, State.STATE_DELIVERED, 3);
    const ids = hook.received.map(({ headers }) => headers['trimtab-delivery']);
    expect(ids).toEqual([third.deliveryId, third.deliveryId, third.deliveryId]);
    expect(hook.received.map((received) => check(received))).toEqual([true, true, true]);
  });

  it('is given up after eight attempts, and that is shown', async () => {
    hook.answers.push(...Array.from({ length: 8 }, () => ({ status: 503 })));
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    const intentId = await paused(WEBHOOK);
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await settled(intentId, State.STATE_PENDING, attempt);
      world.clock.advanceMillis(3_600_000);
    }
    const { lastError } = await settled(intentId, State.STATE_GIVEN_UP, 8);
    expect(lastError).toBe('answered with status 503');
    world.clock.advanceMillis(3_600_000);
    await settled(await paused(WEBHOOK), State.STATE_DELIVERED, 1);
    expect(hook.received).toHaveLength(9);
  });

  it('is given up at once where there is nothing any more', async () => {
    hook.answers.push({ status: 410 });
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    const { lastError } = await settled(await paused(WEBHOOK), State.STATE_GIVEN_UP, 1);
    expect(lastError).toBe('answered with status 410');
  });

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://127.0.0.1:1/', 'http://10.0.0.1/'])(
    'follows no redirect, and so none to %s',
    async (location) => {
      hook.answers.push({ status: 307, headers: { location } });
      await set({ webhookUrl: hook.url, webhookSecret: SECRET });
      const { lastError } = await settled(await paused(WEBHOOK), State.STATE_GIVEN_UP, 1);
      expect(['REDIRECT_REFUSED', 'ADDRESS_REFUSED']).toContain(lastError);
      expect(hook.received).toHaveLength(1);
    },
  );

  it('to a private address is refused when it is sent, whatever was stored', async () => {
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    await world.database.pool.query(
      `update notification_targets set webhook_url = replace(webhook_url, '127.0.0.1', '127.0.0.2')`,
    );
    const { lastError } = await settled(await paused(WEBHOOK), State.STATE_GIVEN_UP, 1);
    expect(lastError).toBe('ADDRESS_REFUSED');
    expect(hook.received).toEqual([]);
  });

  it('whose process died after it was sent comes again, with the same id', async () => {
    await set({ webhookUrl: hook.url, webhookSecret: SECRET });
    const intentId = await paused(WEBHOOK);
    const { deliveryId } = await settled(intentId, State.STATE_DELIVERED, 1);
    // The row of an attempt that was counted and whose end was never written.
    const { rowCount } = await world.database.pool.query(
      `update notification_deliveries set state = 'PENDING', end_time = null`,
    );
    expect(rowCount).toBe(1);
    world.clock.advanceMillis(60_000);
    await settled(intentId, State.STATE_DELIVERED, 2);
    expect(hook.received.map(({ headers }) => headers['trimtab-delivery'])).toEqual([
      deliveryId,
      deliveryId,
    ]);
  });

  it('is sent once by two processes of the service', async () => {
    const twin = await startIntentWorld({
      beside: world,
      environment: { WEBHOOK_ALLOW_PRIVATE: '127.0.0.1' },
    });
    try {
      await set({ webhookUrl: hook.url, webhookSecret: SECRET });
      const intentIds = await Promise.all(Array.from({ length: 10 }, () => paused(WEBHOOK)));
      for (const intentId of intentIds) await settled(intentId, State.STATE_DELIVERED, 1);
      const ids = hook.received.map(({ headers }) => headers['trimtab-delivery']);
      expect(new Set(ids).size).toBe(10);
      expect(ids).toHaveLength(10);
    } finally {
      await twin.close();
    }
  });

  it('is skipped when the owner has none', async () => {
    const { lastError } = await settled(await paused(WEBHOOK), State.STATE_SKIPPED, 1);
    expect(lastError).toBe('no webhook is set');
  });
});

describe('an e-mail', () => {
  it('goes through the mail server to the owner, named by its delivery', async () => {
    await set({ emailAddress: 'alice@example.com' });
    const intentId = await paused(EMAIL);
    const { deliveryId } = await settled(intentId, State.STATE_DELIVERED, 1);
    expect(mail.mails).toHaveLength(1);
    const [{ to, text } = { to: [], text: '' }] = mail.mails;
    expect(to).toEqual(['alice@example.com']);
    expect(text).toContain(`Message-ID: <${deliveryId}@trimtab>`);
    expect(text).toContain('From: trimtab@example.com');
    expect(text).toContain(`intent ${intentId} is PAUSED now`);
  });

  it('is sent again when the server is busy, and given up when it refuses the address', async () => {
    await set({ emailAddress: 'alice@example.com' });
    mail.replies.push(451);
    const intentId = await paused(EMAIL);
    const { lastError } = await settled(intentId, State.STATE_PENDING, 1);
    expect(lastError).toBe('SMTP answered 451');
    world.clock.advanceMillis(1_000);
    await settled(intentId, State.STATE_DELIVERED, 2);
    mail.replies.push(550);
    const refused = await settled(await paused(EMAIL), State.STATE_GIVEN_UP, 1);
    expect(refused.lastError).toBe('SMTP answered 550');
    expect(mail.mails).toHaveLength(1);
  });
});

/** What the browser does with a message (RFC 8188 and 8291). */
function decrypt(message: Buffer): string {
  const salt = message.subarray(0, 16);
  const keyLength = message.readUInt8(20);
  const sender = message.subarray(21, 21 + keyLength);
  const sealed = message.subarray(21 + keyLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), BROWSER_KEY, sender]);
  const shared = BROWSER.computeSecret(sender);
  const input = Buffer.from(hkdfSync('sha256', shared, BROWSER_SECRET, info, 32));
  const derive = (label: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', input, salt, `Content-Encoding: ${label}\0`, length));
  const open = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  open.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}

describe('a push message', () => {
  const subscription = () => ({
    endpoint: hook.url,
    p256dhKey: BROWSER_KEY.toString('base64url'),
    authSecret: BROWSER_SECRET.toString('base64url'),
  });

  it('goes to the push service, signed by us, and the browser alone reads it', async () => {
    await set({ pushSubscription: subscription() });
    const intentId = await paused(PUSH);
    const { deliveryId } = await settled(intentId, State.STATE_DELIVERED, 1);
    const [received] = hook.received;
    if (received === undefined) throw new Error('one was received');
    const { headers, body } = received;
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
    expect(body.toString('latin1')).not.toContain(intentId);
    expect(JSON.parse(decrypt(body))).toMatchObject({ deliveryId, intentId, kind: 'STATE_CHANGE' });
    const [, token = '', key = ''] =
      /^vapid t=(.+), k=(.+)$/.exec(headers.authorization ?? '') ?? [];
    expect(key).toBe(VAPID.publicKey);
    const point = Buffer.from(key, 'base64url');
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    };
    const { payload } = await jwtVerify(token, jwk);
    expect(payload).toMatchObject({
      aud: new URL(hook.url).origin,
      sub: 'mailto:operator@example.com',
    });
  });

  it.each([404, 410])('ends with a subscription that is gone (%i)', async (status) => {
    hook.answers.push({ status });
    await set({ pushSubscription: subscription() });
    const { lastError } = await settled(await paused(PUSH), State.STATE_GIVEN_UP, 1);
    expect(lastError).toBe(`answered with status ${status}`);
  });

  it('to a private address is refused when it is sent, whatever was stored', async () => {
    await set({ pushSubscription: subscription() });
    await world.database.pool.query(
      `update notification_targets set push_endpoint = 'http://10.0.0.1/'`,
    );
    const { lastError } = await settled(await paused(PUSH), State.STATE_GIVEN_UP, 1);
    expect(lastError).toBe('ADDRESS_REFUSED');
  });
});

describe('secrets', () => {
  it('are in no log, no span, no answer and no error', async () => {
    const pushSubscription = {
      endpoint: hook.url,
      p256dhKey: BROWSER_KEY.toString('base64url'),
      authSecret: BROWSER_SECRET.toString('base64url'),
    };
    const answers: unknown[] = [];
    const targets = { webhookUrl: hook.url, webhookSecret: SECRET, pushSubscription };
    answers.push(await set({ ...targets, emailAddress: 'alice@example.com' }));
    const before = logs.lines.filter(
      ({ message }) => message === 'notification not delivered',
    ).length;
    hook.answers.push({ status: 500 }, { status: 410 });
    mail.replies.push(550);
    await paused(WEBHOOK, PUSH, EMAIL);
    await eventually(() => {
      const failed = logs.lines.filter(({ message }) => message === 'notification not delivered');
      return failed.length >= before + 3 || undefined;
    });
    const page = { pageSize: 0, pageToken: '', intentId: '', channels: [] };
    answers.push(await alice.listNotifications(page));
    const refusals = [
      set({ webhookSecret: `${SECRET} ` }),
      set({ webhookUrl: 'http://10.0.0.1/', webhookSecret: SECRET, pushSubscription }),
      set({ pushSubscription: { ...pushSubscription, p256dhKey: '', authSecret: '!' + CANARY } }),
    ];
    for (const { status, ...rest } of await Promise.allSettled(refusals)) {
      expect(status).toBe('rejected');
      answers.push(rest);
    }
    const texts = {
      answers: JSON.stringify(answers, errorsToo),
      logs: JSON.stringify(logs.lines, errorsToo),
      spans: JSON.stringify(
        spans
          .finished()
          .map(({ name, attributes, events, status }) => [name, attributes, events, status]),
      ),
    };
    expect(spans.finished().length).toBeGreaterThan(0);
    for (const secret of [CANARY, VAPID.privateKey, pushSubscription.authSecret]) {
      for (const text of Object.values(texts)) expect(text).not.toContain(secret);
    }
    const { rows } = await world.database.pool.query('select * from idempotency_keys');
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(CANARY).toString('hex'));
  });
});

function errorsToo(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const { message, stack, cause } = value;
    return { fields: Object.entries(value), message, stack, cause };
  }
  return value;
}

describe('without a mail server and without VAPID keys', () => {
  it('e-mails and push messages are files of the outbox folder, one for each delivery', async () => {
    const quiet = await startIntentWorld({
      environment: { NOTIFICATION_OUTBOX_FOLDER: join(folder, 'outbox') },
    });
    try {
      const owner = await quiet.clientOf('alice', 'intent:write');
      const pushSubscription = {
        endpoint: 'https://push.example.com/abc',
        p256dhKey: BROWSER_KEY.toString('base64url'),
        authSecret: randomBytes(16).toString('base64url'),
      };
      await set({ emailAddress: 'alice@example.com', pushSubscription }, owner);
      const channels = [EMAIL, PUSH];
      const notifications = {
        onRoll: false,
        onThresholdBreach: false,
        onStopLoss: false,
        channels,
      };
      const { intent } = await owner.createIntent(createRequest(randomUUID(), { notifications }));
      const { intentId } = present(intent, 'CreateIntent answers an intent');
      await owner.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
      const names = await eventually(async () => {
        const found = await readdir(join(folder, 'outbox'));
        const whole = found.filter((name) => name.endsWith('.json')).sort();
        return whole.length === 2 ? whole : undefined;
      });
      const files = await Promise.all(
        names.map(async (name) => readFile(join(folder, 'outbox', name), 'utf8')),
      );
      const [email, push] = files.map((text): unknown => JSON.parse(text));
      expect(names.map((name) => name.replace(/-[0-9a-f-]{36}\./, '-ID.'))).toEqual([
        'email-ID.json',
        'push-ID.json',
      ]);
      expect(email).toMatchObject({ to: 'alice@example.com' });
      expect(push).toMatchObject({
        endpoint: pushSubscription.endpoint,
        payload: { intentId, kind: 'STATE_CHANGE' },
      });
      expect(files.join('')).not.toContain(pushSubscription.authSecret);
    } finally {
      await quiet.close();
    }
  });
});
