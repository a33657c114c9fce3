import { ConfigError } from '@trimtab/lifecycle';
import { z } from 'zod';
import type { EmailServer } from './adapters/notifications/email-channel.js';
import type { VapidDetails } from './adapters/notifications/push-channel.js';

/** The variables of notifications; all of them may be absent. */
export const notificationVariables = {
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
    .optional(),
  EMAIL_FROM: z
    .string()
    .regex(/@/, 'must be an e-mail address, with a name before it or without')
    .optional(),
  VAPID_SUBJECT: z
    .string()
    .regex(/^(?:mailto:|https:\/\/)/, 'must start with mailto: or https://')
    .optional(),
  VAPID_PUBLIC_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{87}$/, 'must be 65 bytes in base64url')
    .optional(),
  VAPID_PRIVATE_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
    .optional(),
  WEBHOOK_ALLOW_PRIVATE: z.string().default(''),
  NOTIFICATION_OUTBOX_FOLDER: z.string().default('.trimtab/outbox'),
};

/** Configuration of notifications. */
export type NotificationConfig = z.infer<z.ZodObject<typeof notificationVariables>>;

/**
 * The mail server; absent when e-mail goes to the outbox folder.
 *
 * @throws ConfigError when one of the two variables is set without the other
 */
export function emailServerOf(config: NotificationConfig): EmailServer | undefined {
  const { SMTP_URL: url, EMAIL_FROM: from } = config;
  if (url !== undefined && from !== undefined) return { url, from };
  if (url === undefined && from === undefined) return undefined;
  throw new ConfigError(['SMTP_URL and EMAIL_FROM must be set together']);
}

/**
 * The keys of Web Push; absent when push messages go to the outbox folder.
 *
 * @throws ConfigError when some of the three variables are set and others are not
 */
export function vapidDetailsOf(config: NotificationConfig): VapidDetails | undefined {
  const {
    VAPID_SUBJECT: subject,
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
  } = config;
  if (subject !== undefined && publicKey !== undefined && privateKey !== undefined) {
    return { subject, publicKey, privateKey };
  }
  if ([subject, publicKey, privateKey].every((value) => value === undefined)) return undefined;
  const names = 'VAPID_SUBJECT, VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY';
  throw new ConfigError([`${names} must be set together`]);
}

/** Private addresses, networks and names that webhooks and push endpoints may have. */
export function privateTargetsOf(config: NotificationConfig): readonly string[] {
  return config.WEBHOOK_ALLOW_PRIVATE.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
