import type { Component } from '@trimtab/lifecycle';
import type { Bus, EventKind, Subscription } from '@trimtab/messaging';

/** What engines are woken by: a change of an intent, and the end of a rebalance. */
const HINTS: readonly EventKind[] = ['intent', 'rebalance'];

/**
 * Wakes the engine when something changed that may have made work due. Hints only: one that is lost
 * costs the pause until the next look. Engines share a consumer, as one that looks is enough.
 */
export function createHints(bus: Bus, wake: () => void): Component {
  const subscriptions: Subscription[] = [];
  return {
    name: 'engine hints',
    start: async () => {
      for (const kind of HINTS) {
        const options = {
          name: `engine-${kind}-hints`,
          stream: 'TRIMTAB_EVENTS' as const,
          filterSubject: `trimtab.events.v1.${kind}.>`,
          concurrency: 16,
          ackWaitMillis: 5_000,
          maxDeliver: 1,
          backoffMillis: [1_000],
          keyOf: (subject: string) => subject,
        };
        const subscription = await bus.subscribe(options, () => {
          wake();
          return Promise.resolve({ kind: 'ack' });
        });
        subscriptions.push(subscription);
      }
    },
    stop: async () => {
      for (const subscription of subscriptions.splice(0)) await subscription.stop();
    },
  };
}
