import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendToChannel } from '../../application/notification-ports.js';
import { emailOf } from './email-channel.js';
import { notificationBody } from './notification-body.js';

/** What is sent without a mail server: each e-mail as a file `email-{delivery id}.json`. */
export function createEmailOutbox(folder: string): SendToChannel {
  return async (attempt) => {
    const { emailAddress: address = '' } = attempt.targets ?? {};
    if (address === '') return { kind: 'SKIPPED', error: 'no e-mail address is set' };
    await write(folder, `email-${attempt.deliveryId}`, emailOf(attempt, address));
    return { kind: 'DELIVERED' };
  };
}

/** What is sent without VAPID keys: each push message as a file `push-{delivery id}.json`. */
export function createPushOutbox(folder: string): SendToChannel {
  return async (attempt) => {
    const { push } = attempt.targets ?? {};
    if (push === undefined) return { kind: 'SKIPPED', error: 'no push subscription is set' };
    const payload: unknown = JSON.parse(notificationBody(attempt));
    await write(folder, `push-${attempt.deliveryId}`, { endpoint: push.endpoint, payload });
    return { kind: 'DELIVERED' };
  };
}

/** A repeat of a delivery replaces its file; a reader never sees half of one. */
async function write(folder: string, name: string, content: unknown): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.json`);
  await writeFile(`${file}.part`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.part`, file);
}
