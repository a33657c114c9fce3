import type { Clock } from '@trimtab/core';
import type { DriveChange } from './drive-change.js';
import type { IntentObserver } from './observer.js';
import type { StateChangeStore } from './state-change-ports.js';

/** Drives changes of state whose calls are over: what they left, and what crashed. */
export type FinishChanges = () => Promise<void>;

/** What it needs. */
export interface FinishChangesDependencies {
  readonly clock: Clock;
  readonly changes: StateChangeStore;
  readonly drive: DriveChange;
  readonly observer: IntentObserver;
}

const BATCH_SIZE = 20;

/** Creates the worker's round: one step after another of each change that is due. */
export function createFinishChanges(deps: FinishChangesDependencies): FinishChanges {
  const { clock, changes, drive, observer } = deps;
  return async () => {
    for (const accepted of await changes.due(clock.now(), BATCH_SIZE)) {
      const { intentId } = accepted.change;
      try {
        await drive(accepted, 'DONE', {});
      } catch (error) {
        observer.stateChangeStalled({ intentId, error });
      }
    }
  };
}
