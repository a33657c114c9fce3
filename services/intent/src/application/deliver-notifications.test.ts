import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { MAX_DELIVERY_ATTEMPTS } from '../domain/notification.js';
import { createDeliverNotifications } from './deliver-notifications.js';
import type { Attempt, AttemptResult, Senders } from './notification-ports.js';

const NOW = 1_000_000;

function attemptOf(channel: Attempt['channel'], attemptCount: number): Attempt {
  return {
    deliveryId: `${channel}-${attemptCount}`,
    channel,
    attemptCount,
    notification: {
      id: 'notification-1',
      owner: 'alice',
      intentId: 'intent-1-00000001',
      kind: 'ROLL',
      message: 'it rolled',
      channels: [channel],
      createTime: instant(NOW),
    },
    targets: undefined,
  };
}

/** One round over these attempts: what was sent, and what was written of each. */
async function round(attempts: readonly Attempt[], answer: () => Promise<AttemptResult>) {
  const sent: string[] = [];
  const written: string[] = [];
  const told: string[] = [];
  const send = ({ deliveryId }: Attempt): Promise<AttemptResult> => {
    sent.push(deliveryId);
    return answer();
  };
  const senders: Senders = { webhook: send, email: send, push: send };
  let claimed: readonly number[] = [];
  const deliver = createDeliverNotifications({
    clock: { now: () => instant(NOW) },
    deliveries: {
      claim: (now, leaseEnd) => {
        claimed = [now, leaseEnd];
        return Promise.resolve(attempts);
      },
      end: ({ deliveryId }, result) => {
        const error = 'error' in result ? ` ${result.error}` : '';
        written.push(`${deliveryId} ${result.kind}${error}`);
        return Promise.resolve();
      },
      retry: ({ deliveryId }, error, dueTime) => {
        written.push(`${deliveryId} again at +${dueTime - NOW}: ${error}`);
        return Promise.resolve();
      },
    },
    senders,
    observer: {
      delivered: ({ deliveryId }) => told.push(`${deliveryId} DELIVERED`),
      failed: ({ deliveryId, outcome }) => told.push(`${deliveryId} ${outcome}`),
    },
  });
  await deliver();
  return { sent, written, told, claimed };
}

describe('a round of the deliverer', () => {
  it('takes what is due for a minute, sends each, and writes that it was sent', async () => {
    const attempts = (['webhook', 'email', 'push'] as const).map((name) => attemptOf(name, 1));
    const done = await round(attempts, () => Promise.resolve({ kind: 'DELIVERED' }));
    expect(done.claimed).toEqual([NOW, NOW + 60_000]);
    expect(done.sent).toEqual(['webhook-1', 'email-1', 'push-1']);
    expect(done.written).toEqual(['webhook-1 DELIVERED', 'email-1 DELIVERED', 'push-1 DELIVERED']);
    expect(done.told).toEqual(done.written);
  });

  it.each([
    [1, 'webhook-1 again at +1000: it broke', 'webhook-1 RETRY'],
    [7, 'webhook-7 again at +3600000: it broke', 'webhook-7 RETRY'],
    [8, 'webhook-8 GIVEN_UP it broke', 'webhook-8 GIVEN_UP'],
  ])('after %i failed attempts writes: %s', async (count, written, told) => {
    const failing = () => Promise.resolve({ kind: 'RETRY' as const, error: 'it broke' });
    expect(await round([attemptOf('webhook', count)], failing)).toMatchObject({
      written: [written],
      told: [told],
    });
  });

  it.each(['GIVEN_UP', 'SKIPPED'] as const)('ends what is %s at once', async (kind) => {
    const done = await round([attemptOf('push', 1)], () => Promise.resolve({ kind, error: 'why' }));
    expect(done.written).toEqual([`push-1 ${kind} why`]);
    expect(done.told).toEqual([`push-1 ${kind}`]);
  });

  it('repeats nothing of what a channel throws, and goes on with the others', async () => {
    let count = 0;
    const done = await round([attemptOf('email', 1), attemptOf('push', 1)], () => {
      count += 1;
      return count === 1
        ? Promise.reject(new Error('secret'))
        : Promise.resolve({ kind: 'DELIVERED' });
    });
    expect([...done.written].sort()).toEqual([
      'email-1 again at +1000: the channel failed',
      'push-1 DELIVERED',
    ]);
  });

  it('sends no more when the process died in every attempt', async () => {
    const attempt = attemptOf('webhook', MAX_DELIVERY_ATTEMPTS + 1);
    const done = await round([attempt], () => Promise.resolve({ kind: 'DELIVERED' }));
    expect(done.sent).toEqual([]);
    expect(done.written).toEqual(['webhook-9 GIVEN_UP every attempt broke off in the middle']);
  });

  it('has nothing to send to the feed', async () => {
    const done = await round([attemptOf('inapp', 1)], () => Promise.resolve({ kind: 'DELIVERED' }));
    expect(done.sent).toEqual([]);
    expect(done.written).toEqual(['inapp-1 DELIVERED']);
  });
});
