import {
  domainError,
  present,
  refuse,
  type Clock,
  type DomainError,
  type IdSource,
} from '@trimtab/core';
import { hasScope, withScopes } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import type { Run, RunTrigger } from '../domain/run.js';
import type { Call, IntentStore, RequestKey } from './ports.js';
import { intentNotActivated, intentNotActive, intentNotFound, notOwner } from './refusals.js';
import type { RunStore } from './run-ports.js';
import type { FinishRun, StartRun } from './start-run.js';

/** Who asks for a rebalance of what, and why. */
export interface RebalanceIntentCommand {
  readonly key: RequestKey;
  readonly intentId: string;
  readonly trigger: RunTrigger;
  /** The trace of the call, kept on the run; empty without tracing. */
  readonly traceId: string;
}

/** What the use case needs. */
export interface RebalanceIntentDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly intents: IntentStore;
  readonly runs: RunStore;
  readonly startRun: StartRun;
  readonly finishRun: FinishRun;
}

/**
 * Runs the pipeline once for an intent: snapshot, valuation, plan, and a rebalance unless the plan is
 * a no-op. The run is stored first; what another service refuses for good ends it as REFUSED with that
 * reason, anything else leaves it for the same request to finish. Requests that must not run at all
 * (not the owner, ended, not activated) store nothing; one for a paused intent is recorded and refused.
 */
export type RebalanceIntent = (command: RebalanceIntentCommand, call: Call) => Promise<Run>;

/** Creates the use case. */
export function createRebalanceIntent(dependencies: RebalanceIntentDependencies): RebalanceIntent {
  const { intents, runs, startRun, finishRun } = dependencies;
  return async (command, call) => {
    const { key, intentId, trigger, traceId } = command;
    const stored = await intents.find(intentId);
    if (stored === undefined) return refuse(intentNotFound(intentId));
    const { intent } = stored;
    checkCaller(intent, trigger, call);
    // The owner may have their intent rebalanced; planning and trading is ours to do for them.
    const own = { ...call, caller: withScopes(call.caller, ['plan:write', 'rebalance:write']) };
    const earlier = await runs.findStarted(key);
    if (earlier !== undefined) return finishRun(earlier, intent, own);
    checkState(intent);
    if (intent.state !== 'ACTIVE') {
      const refusal = intentNotActive(intent);
      await recordRefusal(command, intent, refusal, dependencies);
      return refuse(refusal);
    }
    return startRun({ key, intent, trigger, purpose: 'REBALANCE', traceId }, own);
  };
}

/**
 * A trigger of an intent that is paused is recorded as a refused run. It is refused to the caller all
 * the same, and its request id stays free: sent again when the intent is active, it runs.
 */
async function recordRefusal(
  { key, trigger, traceId }: RebalanceIntentCommand,
  intent: Intent,
  { reason, message }: DomainError,
  { clock, ids, runs }: RebalanceIntentDependencies,
): Promise<void> {
  const now = clock.now();
  const refused: Run = {
    id: ids.uuid(),
    intentId: intent.id,
    vaultId: present(intent.vaultId, 'an activated intent has a vault'),
    trigger,
    purpose: 'REBALANCE',
    startedBy: key.subject,
    traceId,
    outcome: { kind: 'REFUSED', reason, message },
    progress: {},
    createTime: now,
    endTime: now,
  };
  const ownKey = { ...key, requestId: `refused/${key.requestId}` };
  await runs.start(ownKey, refused, () => refused.outcome);
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
  if (intent.activationStep !== 'ACTIVATED') refuse(intentNotActivated(intent));
  if (intent.spec.allocation.kind === 'index') {
    const message = 'RebalanceIntent serves the allocations target_weights and solver, found index';
    refuse(domainError('UNIMPLEMENTED', 'METHOD_UNIMPLEMENTED', message, { allocation: 'index' }));
  }
}
