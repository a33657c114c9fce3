import type { RunningRebalance } from './rebalance-record.js';

/**
 * Rebalances in memory, the most recently used ones. What is here may be old: a step that was decided
 * on it is refused by the database, and the rebalance is read again.
 */
export interface RunningCache {
  get(rebalanceId: string): RunningRebalance | undefined;
  put(running: RunningRebalance): void;
  drop(rebalanceId: string): void;
}

/** Creates a cache of at most `capacity` rebalances. */
export function createRunningCache(capacity: number): RunningCache {
  const entries = new Map<string, RunningRebalance>();
  return {
    get: (rebalanceId) => {
      const found = entries.get(rebalanceId);
      if (found === undefined) return undefined;
      entries.delete(rebalanceId);
      entries.set(rebalanceId, found);
      return found;
    },
    put: (running) => {
      const { rebalanceId } = running.facts;
      entries.delete(rebalanceId);
      entries.set(rebalanceId, running);
      const oldest = entries.keys().next();
      if (entries.size > capacity && oldest.done !== true) entries.delete(oldest.value);
    },
    drop: (rebalanceId) => {
      entries.delete(rebalanceId);
    },
  };
}
