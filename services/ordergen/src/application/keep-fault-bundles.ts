import type { Clock } from '@trimtab/core';
import type { ExportRebalance } from './export-rebalance.js';
import type { Observer, OrderGenStore } from './ports.js';

/** What keeping the bundles of faulted rebalances needs. */
export interface KeepFaultBundlesDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly observer: Observer;
  readonly exportBundle: ExportRebalance;
}

/**
 * Keeps the bundle of each rebalance that faulted, as it was then: what people look at must not be
 * changed by the money that is booked for it later. A crash in between is made up for at the next look.
 */
export function createKeepFaultBundles(deps: KeepFaultBundlesDependencies): () => Promise<void> {
  return async () => {
    for (const rebalanceId of await deps.store.findUnexportedFaults()) {
      const bundle = await deps.exportBundle(rebalanceId);
      await deps.store.keepFaultBundle(rebalanceId, bundle, deps.clock.now());
      deps.observer.faultExported(rebalanceId);
    }
  };
}
