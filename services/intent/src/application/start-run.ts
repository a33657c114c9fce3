import { present, type IdSource } from '@trimtab/core';
import type { Intent } from '../domain/intent.js';
import type { Run, RunOutcome, RunPurpose, RunTrigger } from '../domain/run.js';
import { finalRefusal } from './is-final.js';
import { createPipeline, type PipelineDependencies } from './pipeline.js';
import type { IntentObserver } from './observer.js';
import type { Call, RequestKey } from './ports.js';
import type { RunLease } from './run-ports.js';

/** What a run is started with. */
export interface RunRequest {
  readonly key: RequestKey;
  /** Activated: it has a vault. */
  readonly intent: Intent;
  readonly trigger: RunTrigger;
  readonly purpose: RunPurpose;
  /** The series to buy; the option index only, absent: one is chosen. */
  readonly seriesId?: string | undefined;
  /** The lease of the engine that must be the current one; absent: nobody's. */
  readonly leaseToken?: bigint | undefined;
  /** The trace of the call, kept on the run; empty without tracing. */
  readonly traceId: string;
}

/**
 * Runs the pipeline once and returns the run as it ended. The run is stored first, under its request
 * key: what another service refuses for good ends it as REFUSED with that reason, anything else is
 * thrown and leaves it for the same key to finish.
 */
export type StartRun = (request: RunRequest, call: Call) => Promise<Run>;

/** Takes a stored run to its end. */
export type FinishRun = (run: Run, intent: Intent, call: Call) => Promise<Run>;

/** What running needs. */
export interface StartRunDependencies extends PipelineDependencies {
  readonly ids: IdSource;
  readonly observer: IntentObserver;
}

/** Creates the driver of stored runs. */
export function createFinishRun(dependencies: StartRunDependencies): FinishRun {
  const { clock, ids, runs, observer } = dependencies;
  const pipeline = createPipeline(dependencies);
  return async (run, intent, call) => {
    if (run.outcome.kind !== 'RUNNING') return run;
    const lease: RunLease = { runId: run.id, leaseId: ids.uuid() };
    for (;;) {
      const leased = await runs.lease(lease, call.signal);
      if (leased.outcome.kind !== 'RUNNING') return leased;
      const ended = await drive(leased, lease);
      // Who took too long lost the run to another driver, whose end is waited for.
      if (ended.outcome.kind === 'RUNNING') continue;
      observer.runEnded({
        runId: run.id,
        intentId: intent.id,
        outcome: ended.outcome.kind,
        reason: 'reason' in ended.outcome ? ended.outcome.reason : '',
      });
      return ended;
    }

    async function drive(leased: Run, held: RunLease): Promise<Run> {
      try {
        const outcome = await outcomeOf(() => pipeline(leased, intent, held, call));
        return await runs.end(held, outcome, clock.now());
      } catch (error) {
        await runs.release(held);
        throw error;
      }
    }
  };
}

/** Creates the starter. */
export function createStartRun(dependencies: StartRunDependencies, finish: FinishRun): StartRun {
  const { clock, ids, runs, observer } = dependencies;
  return async (request, call) => {
    const { key, intent, trigger, purpose, seriesId, leaseToken, traceId } = request;
    const run = await runs.start(
      key,
      {
        id: ids.uuid(),
        intentId: intent.id,
        vaultId: present(intent.vaultId, 'an activated intent has a vault'),
        trigger,
        purpose,
        startedBy: key.subject,
        traceId,
        outcome: { kind: 'RUNNING' },
        progress: seriesId === undefined ? {} : { requestedSeriesId: seriesId },
        createTime: clock.now(),
        endTime: undefined,
      },
      { whenBusy: anotherRuns, leaseToken },
    );
    observer.runStarted({ runId: run.id, intentId: intent.id });
    return finish(run, intent, call);
  };
}

/** One rebalance at a time: a trigger that comes while a run is under way is recorded, and that is all. */
function anotherRuns({ id }: Run): RunOutcome {
  const message = `run ${id} of the intent has not ended, one rebalance at a time is made`;
  return { kind: 'REFUSED', reason: 'REBALANCE_IN_PROGRESS', message };
}

async function outcomeOf(run: () => Promise<RunOutcome>): Promise<RunOutcome> {
  try {
    return await run();
  } catch (error) {
    const refusal = finalRefusal(error);
    if (refusal === undefined) throw error;
    return { kind: 'REFUSED', reason: refusal.reason, message: refusal.message };
  }
}
