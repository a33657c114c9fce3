import { createPublicKey } from 'node:crypto';
import {
  IntentServiceService,
  NotificationDelivery_State as DeliveryState,
  Notification_Kind as Kind,
  SetNotificationTargetsRequest,
  type Notification as WireNotification,
  type NotificationTargets as WireTargets,
} from '@trimtab/contracts/intent';
import { createFields, pageOf, readPage, type FieldReader } from '@trimtab/grpc';
import type {
  NotificationTargets,
  NotificationView,
  PushTarget,
  RefusedTarget,
  ShownTargets,
} from '../../application/notification-ports.js';
import { channelWords } from './enum-words.js';
import { textId } from './read-ids.js';
import { callOf, requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const MAX_CHANNELS = 4;
const MIN_SECRET_LENGTH = 16;
const MAX_SECRET_LENGTH = 256;
const SECRET = /^[\x21-\x7e]+$/;
const MAX_EMAIL_LENGTH = 254;
/** One address without quotes or comments: what a mail server never takes for two, or for a name. */
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const P256_KEY_BYTES = 65;
const MIN_AUTH_BYTES = 16;
const MAX_KEY_LENGTH = 128;
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** SetNotificationTargets, ListNotifications. */
export function notificationHandlers(useCases: IntentUseCases): IntentHandlers {
  const { setNotificationTargets, listNotifications, refusedTarget, ids } = useCases;
  return {
    SetNotificationTargets: async (request, context) => {
      const method = IntentServiceService.setNotificationTargets.path;
      const key = requestKey(
        { method, request, encoder: SetNotificationTargetsRequest },
        context,
        ids,
      );
      const fields = createFields();
      const targets = fields.message('targets', request.targets, (value, nested) =>
        readTargets(value, nested, refusedTarget),
      );
      fields.done();
      return { targets: fromTargets(await setNotificationTargets(key, targets ?? NONE)) };
    },
    ListNotifications: async (request, context) => {
      const fields = createFields();
      const { intentId: intentText } = request;
      const intentId = intentText === '' ? undefined : textId(fields, 'intent_id', intentText);
      const channels = fields.list(
        'channels',
        request.channels,
        { max: MAX_CHANNELS, unique: String },
        (value, item) => {
          const channel = channelWords.fromWire(value);
          if (channel === undefined) {
            item.violation('', 'FIELD_INVALID', `was ${value}, which is no value of this enum`);
          }
          return channel ?? 'inapp';
        },
      );
      const filterTexts = [intentText, channels.join(' ')];
      const page = readPage(fields, request, filterTexts);
      fields.done();
      const range = { afterId: page.cursor, limit: page.size + 1 };
      const found = await listNotifications({ intentId, channels }, range, callOf(context));
      const { items, nextPageToken } = pageOf(
        found,
        page,
        filterTexts,
        ({ notification }) => notification.id,
      );
      return { notifications: items.map(fromView), nextPageToken };
    },
  };
}

const NONE: NotificationTargets = {
  webhookUrl: '',
  webhookSecret: '',
  emailAddress: '',
  push: undefined,
};

function readTargets(
  wire: WireTargets,
  fields: FieldReader,
  refusedTarget: RefusedTarget,
): NotificationTargets {
  const { webhookUrl, webhookSecret, emailAddress, pushSubscription } = wire;
  if (webhookUrl !== '') checkUrl('webhook_url', webhookUrl, fields, refusedTarget);
  if (webhookSecret !== '') checkSecret(webhookSecret, fields);
  if (emailAddress !== '') {
    fields.text('email_address', emailAddress, { maxLength: MAX_EMAIL_LENGTH, pattern: EMAIL });
  }
  const push =
    pushSubscription && readPush(pushSubscription, fields.at('push_subscription'), refusedTarget);
  return { webhookUrl, webhookSecret, emailAddress, push };
}

function checkUrl(
  field: string,
  url: string,
  fields: FieldReader,
  refusedTarget: RefusedTarget,
): void {
  const why = refusedTarget(url);
  if (why !== undefined) fields.violation(field, 'NOTIFICATION_TARGET_NOT_ALLOWED', why);
}

/** Secrets are never repeated, not even in the message of a violation. */
function checkSecret(secret: string, fields: FieldReader): void {
  const { length } = secret;
  if (length < MIN_SECRET_LENGTH || length > MAX_SECRET_LENGTH || !SECRET.test(secret)) {
    const message = `had ${length} characters, must have ${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH} of ASCII without spaces`;
    fields.violation('webhook_secret', 'FIELD_INVALID', message);
  }
}

function readPush(
  { endpoint, p256dhKey, authSecret }: PushTarget,
  fields: FieldReader,
  refusedTarget: RefusedTarget,
): PushTarget {
  if (endpoint === '') fields.violation('endpoint', 'FIELD_REQUIRED', 'must be set');
  else checkUrl('endpoint', endpoint, fields, refusedTarget);
  if (p256dhKey === '') fields.violation('p256dh_key', 'FIELD_REQUIRED', 'must be set');
  else if (!isP256Key(p256dhKey)) {
    const message = `was no point of P-256, must be its ${P256_KEY_BYTES} bytes in base64url`;
    fields.violation('p256dh_key', 'FIELD_INVALID', message);
  }
  if (authSecret === '') fields.violation('auth_secret', 'FIELD_REQUIRED', 'must be set');
  else if ((bytesOf(authSecret)?.length ?? 0) < MIN_AUTH_BYTES) {
    const message = `must have at least ${MIN_AUTH_BYTES} bytes in base64url`;
    fields.violation('auth_secret', 'FIELD_INVALID', message);
  }
  return { endpoint, p256dhKey, authSecret };
}

function bytesOf(text: string): Buffer | undefined {
  const isText = text.length <= MAX_KEY_LENGTH && BASE64URL.test(text);
  return isText ? Buffer.from(text, 'base64url') : undefined;
}

function isP256Key(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== P256_KEY_BYTES || bytes[0] !== 4) return false;
  const x = bytes.subarray(1, 33).toString('base64url');
  const y = bytes.subarray(33).toString('base64url');
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function fromTargets({ webhookUrl, emailAddress, push }: ShownTargets): WireTargets {
  return {
    webhookUrl,
    webhookSecret: '',
    emailAddress,
    pushSubscription: push && { ...push, authSecret: '' },
  };
}

const KINDS = {
  ROLL: Kind.KIND_ROLL,
  THRESHOLD_BREACH: Kind.KIND_THRESHOLD_BREACH,
  STOP_LOSS: Kind.KIND_STOP_LOSS,
  STATE_CHANGE: Kind.KIND_STATE_CHANGE,
} as const;

const DELIVERY_STATES = {
  PENDING: DeliveryState.STATE_PENDING,
  DELIVERED: DeliveryState.STATE_DELIVERED,
  GIVEN_UP: DeliveryState.STATE_GIVEN_UP,
  SKIPPED: DeliveryState.STATE_SKIPPED,
} as const;

function fromView({ notification, deliveries }: NotificationView): WireNotification {
  const { id, intentId, kind, message, channels, createTime } = notification;
  return {
    notificationId: id,
    intentId,
    kind: KINDS[kind],
    message,
    channels: channels.map((channel) => channelWords.toWire[channel]),
    createTime: new Date(createTime),
    deliveries: deliveries.map((delivery) => ({
      deliveryId: delivery.id,
      channel: channelWords.toWire[delivery.channel],
      state: DELIVERY_STATES[delivery.state],
      attemptCount: delivery.attemptCount,
      lastError: delivery.lastError,
    })),
  };
}
