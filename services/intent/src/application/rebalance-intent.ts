import { domainError, present, refuse, type Clock, type IdSource } from '@trimtab/core';
import { hasScope, withScopes } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import type { Run, RunOutcome, RunTrigger } from '../domain/run.js';
import { finalRefusal } from './is-final.js';
import { createPipeline, type PipelineDependencies } from './pipeline.js';
import type { Call, IntentObserver, IntentStore, RequestKey, RunStore } from './ports.js';
import { intentNotActivated, intentNotActive, intentNotFound, notOwner } from './refusals.js';

/** Who asks for a rebalance of what, and why. */
export interface RebalanceIntentCommand {
  readonly key: RequestKey;
  readonly intentId: string;
  readonly trigger: RunTrigger;
  /** The trace of the call, kept on the run; empty without tracing. */
  readonly traceId: string;
}

/** What the use case needs. */
export interface RebalanceIntentDependencies extends PipelineDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly intents: IntentStore;
  readonly runs: RunStore;
  readonly observer: IntentObserver;
}

/**
 * Runs the pipeline once for an intent: snapshot, valuation, plan, and a rebalance unless the plan is
 * a no-op. The run is stored first; what another service refuses for good ends it as REFUSED with that
 * reason, anything else leaves it for the same request to finish. Requests that must not run at all
 * (not the owner, not active, not activated) store nothing.
 */
export type RebalanceIntent = (command: RebalanceIntentCommand, call: Call) => Promise<Run>;

/** Creates the use case. */
export function createRebalanceIntent(dependencies: RebalanceIntentDependencies): RebalanceIntent {
  const { clock, ids, intents, runs, observer } = dependencies;
  const pipeline = createPipeline(dependencies);

  const finish = async (run: Run, intent: Intent, call: Call): Promise<Run> => {
    if (run.outcome.kind !== 'RUNNING') return run;
    const outcome = await outcomeOf(() => pipeline(run, intent, call));
    const ended = await runs.end(run.id, outcome, clock.now());
    const reason = 'reason' in ended.outcome ? ended.outcome.reason : '';
    observer.runEnded({
      runId: run.id,
      intentId: intent.id,
      outcome: ended.outcome.kind,
      reason,
    });
    return ended;
  };

  return async (command, call) => {
    const { key, intentId, trigger, traceId } = command;
    const stored = await intents.find(intentId);
    if (stored === undefined) return refuse(intentNotFound(intentId));
    const { intent } = stored;
    checkCaller(intent, trigger, call);
    // The owner may have their intent rebalanced; planning and trading is ours to do for them.
    const own = { ...call, caller: withScopes(call.caller, ['plan:write', 'rebalance:write']) };

    const earlier = await runs.findStarted(key);
    if (earlier !== undefined) return finish(earlier, intent, own);
    checkState(intent);
    const run = await runs.start(key, {
      id: ids.uuid(),
      intentId,
      vaultId: present(intent.vaultId, 'an activated intent has a vault'),
      trigger,
      startedBy: call.caller.subject,
      traceId,
      outcome: { kind: 'RUNNING' },
      progress: {},
      createTime: clock.now(),
      endTime: undefined,
    });
    observer.runStarted({ runId: run.id, intentId });
    return finish(run, intent, own);
  };
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

function checkCaller(intent: Intent, trigger: RunTrigger, { caller }: Call): void {
  const isEngine = hasScope(caller, ['engine']);
  if (intent.owner !== caller.subject && !isEngine) {
    const message = `intent ${intent.id} is not owned by ${caller.subject}`;
    refuse(notOwner(message, { intent_id: intent.id }));
  }
  if (trigger !== 'MANUAL' && !isEngine) {
    const message = `trigger was ${trigger}, an owner starts runs with MANUAL only`;
    refuse(notOwner(message, { trigger }));
  }
}

function checkState(intent: Intent): void {
  if (isTerminal(intent.state)) refuse(terminalError(intent.state));
  if (intent.state !== 'ACTIVE') refuse(intentNotActive(intent));
  if (intent.activationStep !== 'ACTIVATED') refuse(intentNotActivated(intent));
  if (intent.spec.allocation.kind === 'index') {
    const message = 'RebalanceIntent serves the allocations target_weights and solver, found index';
    refuse(domainError('UNIMPLEMENTED', 'METHOD_UNIMPLEMENTED', message, { allocation: 'index' }));
  }
}
