import { present } from '@trimtab/core';
import type { Caller } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import type { Run } from '../domain/run.js';
import type { IntentObserver } from './observer.js';
import type { IntentStore } from './ports.js';
import type { RunStore } from './run-ports.js';
import type { FinishRun } from './start-run.js';

/** Takes runs to their end whose calls are over: what they left, and what crashed. */
export type ResumeRuns = () => Promise<void>;

/** What it needs. */
export interface ResumeRunsDependencies {
  readonly intents: IntentStore;
  readonly runs: RunStore;
  readonly finishRun: FinishRun;
  readonly observer: IntentObserver;
}

const BATCH_SIZE = 20;

/** Creates the worker's round. What fails again is looked at again some seconds later. */
export function createResumeRuns(dependencies: ResumeRunsDependencies): ResumeRuns {
  const { intents, runs, finishRun, observer } = dependencies;
  return async () => {
    for (const run of await runs.leftBehind(BATCH_SIZE)) {
      const { intent } = present(await intents.find(run.intentId), 'a run is of a stored intent');
      try {
        await finishRun(run, intent, { caller: starterOf(run, intent) });
      } catch (error) {
        observer.runStalled({ runId: run.id, intentId: intent.id, error });
      }
    }
  };
}

/** Request ids belong to who sent them: a run goes on as who started it, the owner or the engine. */
function starterOf({ startedBy: subject }: Run, { owner }: Intent): Caller {
  const own = subject === owner ? 'intent:write' : 'engine';
  return { subject, scopes: new Set([own, 'plan:write', 'rebalance:write']) };
}
