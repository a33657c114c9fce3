import { ConfigError } from '@trimtab/lifecycle';
import { describe, expect, it } from 'vitest';
import { intentConfig } from './config.js';
import { emailServerOf, privateTargetsOf, vapidDetailsOf } from './notification-config.js';

const least = { DATABASE_URL: 'postgres://localhost/trimtab' };
const email = { SMTP_URL: 'smtp://u:hunter2@mail:25', EMAIL_FROM: 'Trimtab <t@example.com>' };
const vapid = {
  VAPID_SUBJECT: 'mailto:o@example.com',
  VAPID_PUBLIC_KEY: 'B'.repeat(87),
  VAPID_PRIVATE_KEY: 'A'.repeat(43),
};

function configOf(env: Record<string, string> = {}) {
  return intentConfig({ ...least, ...env });
}

describe('the configuration of notifications', () => {
  it('may be absent: then the outbox folder takes e-mail and push, and no target is private', () => {
    const config = configOf();
    expect(emailServerOf(config)).toBeUndefined();
    expect(vapidDetailsOf(config)).toBeUndefined();
    expect(privateTargetsOf(config)).toEqual([]);
    expect(config.NOTIFICATION_OUTBOX_FOLDER).toBe('.trimtab/outbox');
  });

  it('has a mail server, keys of push and a list of private targets', () => {
    const config = configOf({ ...email, ...vapid, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1, 10.0.0.0/8' });
    expect(emailServerOf(config)).toEqual({ url: email.SMTP_URL, from: email.EMAIL_FROM });
    expect(vapidDetailsOf(config)).toEqual({
      subject: vapid.VAPID_SUBJECT,
      publicKey: vapid.VAPID_PUBLIC_KEY,
      privateKey: vapid.VAPID_PRIVATE_KEY,
    });
    expect(privateTargetsOf(config)).toEqual(['127.0.0.1', '10.0.0.0/8']);
  });

  it.each(Object.keys(email))('of e-mail is never half set: without %s', (name) => {
    expect(() => emailServerOf(configOf({ ...email, [name]: '' }))).toThrow(ConfigError);
  });

  it.each(Object.keys(vapid))('of push is never half set: without %s', (name) => {
    expect(() => vapidDetailsOf(configOf({ ...vapid, [name]: '' }))).toThrow(ConfigError);
  });

  it.each([
    ['SMTP_URL', 'http://u:hunter2@mail'],
    ['EMAIL_FROM', 'hunter2'],
    ['VAPID_SUBJECT', 'hunter2'],
    ['VAPID_PUBLIC_KEY', 'hunter2'],
    ['VAPID_PRIVATE_KEY', 'hunter2'],
  ])('refuses %s without repeating it', (name, value) => {
    const read = (): unknown => configOf({ ...email, ...vapid, [name]: value });
    expect(read).toThrow(`${name} must`);
    expect(read).not.toThrow(/hunter2/);
  });
});
