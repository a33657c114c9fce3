import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createWatchClock } from './watch-clock.js';

/** A clock job over three rebalances; `corrupt` ones throw, and `findExpired` and `markStuck` can too. */
function jobs(corrupt: readonly string[], broken: readonly string[] = []) {
  const done: string[] = [];
  const touch = (what: string, rebalanceId: string): void => {
    if (corrupt.includes(rebalanceId)) throw new RangeError('the stored rebalance cannot be read');
    done.push(`${what} ${rebalanceId}`);
  };
  const list = (what: string): readonly string[] => {
    if (broken.includes(what)) throw new Error(`${what} is broken`);
    return ['one', 'two', 'three'];
  };
  const watch = createWatchClock({
    clock: { now: () => instant(0) },
    store: {
      findExpired: async () => list('expiry'),
      markStuck: async () => (list('alarm'), []),
      findUnanswered: async () =>
        list('redispatch').map((rebalanceId) => ({ rebalanceId, index: 0, orderId: 'order' })),
      resend: async ({ rebalanceId }) => {
        touch('resend', rebalanceId);
        return true;
      },
    },
    stop: { expire: async (rebalanceId) => touch('expire', rebalanceId) },
    observer: {
      actionStuck: () => undefined,
      redispatched: () => undefined,
      clockJobFailed: (job, rebalanceId) => void done.push(`${job} failed ${rebalanceId}`),
    },
    redispatchAfterMillis: 1,
    unresolvedAfterMillis: 1,
    wake: () => undefined,
  });
  return { watch, done };
}

describe('watching the clock', () => {
  it('expires and sends again what is well, whichever rebalance is corrupt', async () => {
    const { watch, done } = jobs(['one']);
    await watch();
    expect(done).toEqual([
      'expiry failed one',
      'expire two',
      'expire three',
      'redispatch failed one',
      'resend two',
      'resend three',
    ]);
  });

  it('sends orders again when it cannot look for what expired or is stuck', async () => {
    const { watch, done } = jobs([], ['expiry', 'alarm']);
    await watch();
    expect(done).toEqual([
      'expiry failed ',
      'alarm failed ',
      'resend one',
      'resend two',
      'resend three',
    ]);
  });
});
