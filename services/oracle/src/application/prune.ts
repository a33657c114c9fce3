import { addSeconds, type Clock, type Instant } from '@trimtab/core';

/** How long things are kept, in seconds. */
export interface Retention {
  readonly observationSeconds: number;
  readonly priceSeconds: number;
  readonly snapshotSeconds: number;
}

/** Deletes at most `limit` old rows of one kind, and says how many it deleted. */
export interface PruneStore {
  /** Observations received before; never the latest of a publisher. */
  pruneObservations(before: Instant, limit: number): Promise<number>;
  /** Changes before; never the one of an asset that stood at that time. */
  pruneChanges(before: Instant, limit: number): Promise<number>;
  /** Snapshots that were last taken before. */
  pruneSnapshots(before: Instant, limit: number): Promise<number>;
  /** Hints that the bus has accepted. */
  pruneSentEvents(limit: number): Promise<number>;
}

/** Rows of one transaction, so that no lock is held for long. */
const BATCH = 1000;
/** Transactions of one kind in one run; the next run goes on. */
const MAX_BATCHES = 100;

/**
 * Creates the job that prunes what is older than its retention, in bounded batches. A published price
 * and a snapshot carry their own evidence, so that neither needs the observations it was made from.
 */
export function createPrune(dependencies: {
  readonly clock: Clock;
  readonly store: PruneStore;
  readonly retention: Retention;
}): () => Promise<void> {
  const { clock, store, retention } = dependencies;
  return async () => {
    const now = clock.now();
    const before = (seconds: number): Instant => addSeconds(now, -seconds);
    const { observationSeconds, priceSeconds, snapshotSeconds } = retention;
    await inBatches(() => store.pruneObservations(before(observationSeconds), BATCH));
    await inBatches(() => store.pruneChanges(before(priceSeconds), BATCH));
    await inBatches(() => store.pruneSnapshots(before(snapshotSeconds), BATCH));
    await inBatches(() => store.pruneSentEvents(BATCH));
  };
}

async function inBatches(prune: () => Promise<number>): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    if ((await prune()) < BATCH) return;
  }
}
