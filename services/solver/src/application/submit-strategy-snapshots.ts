import {
  addMillis,
  formatInstant,
  invalidFields,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import type { StrategySnapshot } from '../domain/index.js';
import type { SolverStore, StoredSnapshot } from './ports.js';
import { refuseMissing } from './refusals.js';

/** Clocks of publishers may be ahead by this much, as those of price observations. */
const MAX_FUTURE_MILLIS = 5000;

/** A measured state of a strategy, before it has a version. */
export interface SubmittedSnapshot {
  readonly strategyId: string;
  readonly snapshot: Omit<StrategySnapshot, 'version'>;
  /** The time of the call if absent. */
  readonly observeTime?: Instant;
}

/**
 * Stores the latest state of each strategy, all or none. Each is a new version of its strategy's
 * snapshot; plans keep the values that they used.
 *
 * Refusals: STRATEGY_NOT_FOUND, OBSERVATION_IN_FUTURE for one more than 5 s in the future.
 */
export function createSubmitStrategySnapshots({ clock }: { readonly clock: Clock }) {
  return async (
    store: SolverStore,
    submitted: readonly SubmittedSnapshot[],
  ): Promise<readonly StoredSnapshot[]> => {
    await store.serialize('strategies');
    const ids = submitted.map(({ strategyId }) => strategyId);
    const known = await store.listStrategies({ limit: ids.length, states: [], strategyIds: ids });
    const versions = new Map(
      known.map(({ strategy, snapshot }) => [
        strategy.value.strategyId,
        snapshot?.snapshot.version ?? 0,
      ]),
    );
    const now = clock.now();
    refuseFuture(submitted, now);
    const stored = submitted.map(({ strategyId, snapshot, observeTime }) => {
      const version = versions.get(strategyId) ?? refuseMissing('strategy', strategyId);
      const next = { ...snapshot, version: version + 1 };
      return { strategyId, snapshot: next, observeTime: observeTime ?? now };
    });
    await store.saveSnapshots(stored);
    return stored;
  };
}

function refuseFuture(submitted: readonly SubmittedSnapshot[], now: Instant): void {
  const latest = addMillis(now, MAX_FUTURE_MILLIS);
  const violations = submitted.flatMap(({ observeTime }, index) => {
    if (observeTime === undefined || observeTime <= latest) return [];
    const found = `was ${formatInstant(observeTime)}, must be at most ${formatInstant(latest)}`;
    const field = `snapshots[${index}].observe_time`;
    return [{ field, reason: 'OBSERVATION_IN_FUTURE', message: `${found}, 5 s from now` }];
  });
  if (violations.length > 0) refuse(invalidFields(violations));
}
