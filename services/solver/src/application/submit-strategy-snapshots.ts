import type { Clock, Instant } from '@trimtab/core';
import type { StrategySnapshot } from '../domain/index.js';
import type { SolverStore, StoredSnapshot } from './ports.js';
import { refuseMissing } from './refusals.js';

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
 * Refusals: STRATEGY_NOT_FOUND.
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
    const stored = submitted.map(({ strategyId, snapshot, observeTime }) => {
      const version = versions.get(strategyId) ?? refuseMissing('strategy', strategyId);
      const next = { ...snapshot, version: version + 1 };
      return { strategyId, snapshot: next, observeTime: observeTime ?? now };
    });
    await store.saveSnapshots(stored);
    return stored;
  };
}
