import type { Run } from '../domain/run.js';
import type { GetIntent } from './get-intent.js';
import type { Call } from './ports.js';
import type { RunPage, RunStore } from './run-ports.js';

/** The runs of an intent that the caller may see, the latest first. */
export type ListRuns = (intentId: string, page: RunPage, call: Call) => Promise<readonly Run[]>;

/** Creates the use case; refuses with INTENT_NOT_FOUND or PERMISSION_DENIED. */
export function createListRuns(runs: RunStore, getIntent: GetIntent): ListRuns {
  return async (intentId, page, call) => {
    await getIntent(intentId, call);
    return runs.list(intentId, page);
  };
}
