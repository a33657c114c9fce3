import { addMillis, type Clock, type Instant } from '@trimtab/core';
import type { ClockJob, Observer, OrderGenStore, UnansweredAction } from './ports.js';
import type { StopRebalance } from './stop-rebalance.js';

/** What looking at the clock needs. */
export interface WatchClockDependencies {
  readonly clock: Clock;
  readonly store: Pick<OrderGenStore, 'findExpired' | 'markStuck' | 'findUnanswered' | 'resend'>;
  readonly stop: Pick<StopRebalance, 'expire'>;
  readonly observer: Pick<Observer, 'actionStuck' | 'redispatched' | 'clockJobFailed'>;
  readonly redispatchAfterMillis: number;
  /** An action without a final report is stuck after this. */
  readonly unresolvedAfterMillis: number;
  /** Wakes the relay. */
  readonly wake: () => void;
}

/**
 * What time brings about (order generation rules, section 5; execution rule 4): rebalances whose
 * expire time has come stop, and orders without an answer are sent again under the same id. Nothing
 * fails for having taken long. What fails for one rebalance is told and tried again at the next look;
 * the others do not wait for it.
 */
export function createWatchClock(deps: WatchClockDependencies): () => Promise<void> {
  const { clock, store, stop, observer } = deps;
  return async () => {
    const now = clock.now();
    await attempt(deps, 'expiry', '', async () => {
      for (const rebalanceId of await store.findExpired(now)) {
        await attempt(deps, 'expiry', rebalanceId, () => stop.expire(rebalanceId));
      }
    });
    await attempt(deps, 'alarm', '', async () => {
      const unresolved = addMillis(now, -deps.unresolvedAfterMillis);
      for (const action of await store.markStuck(unresolved, now)) observer.actionStuck(action);
    });
    await attempt(deps, 'redispatch', '', async () => {
      const before = addMillis(now, -deps.redispatchAfterMillis);
      for (const action of await store.findUnanswered(before)) {
        await attempt(deps, 'redispatch', action.rebalanceId, () => resend(deps, action, now));
      }
    });
  };
}

async function resend(
  { store, observer, wake }: WatchClockDependencies,
  action: UnansweredAction,
  now: Instant,
): Promise<void> {
  if (!(await store.resend(action, now))) return;
  observer.redispatched(action.rebalanceId, action.orderId);
  wake();
}

async function attempt(
  { observer }: WatchClockDependencies,
  job: ClockJob,
  rebalanceId: string,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    observer.clockJobFailed(job, rebalanceId, error);
  }
}
