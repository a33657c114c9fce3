import { addMillis, type Clock } from '@trimtab/core';
import type { Observer, OrderGenStore } from './ports.js';
import type { StopRebalance } from './stop-rebalance.js';

/** What looking at the clock needs. */
export interface WatchClockDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly stop: StopRebalance;
  readonly observer: Observer;
  readonly redispatchAfterMillis: number;
  /** An action without a final report is stuck after this. */
  readonly unresolvedAfterMillis: number;
  /** Wakes the relay. */
  readonly wake: () => void;
}

/**
 * What time brings about (order generation rules, section 5; execution rule 4): rebalances whose
 * expire time has come stop, and orders without an answer are sent again under the same id. Nothing
 * fails for having taken long.
 */
export function createWatchClock(deps: WatchClockDependencies): () => Promise<void> {
  return async () => {
    const now = deps.clock.now();
    for (const rebalanceId of await deps.store.findExpired(now)) {
      await deps.stop.expire(rebalanceId);
    }
    const unresolved = addMillis(now, -deps.unresolvedAfterMillis);
    for (const action of await deps.store.markStuck(unresolved, now)) {
      deps.observer.actionStuck(action);
    }
    const before = addMillis(now, -deps.redispatchAfterMillis);
    for (const action of await deps.store.findUnanswered(before)) {
      if (await deps.store.resend(action, now)) {
        deps.observer.redispatched(action.rebalanceId, action.orderId);
        deps.wake();
      }
    }
  };
}
