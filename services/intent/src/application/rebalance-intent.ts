import {
  formatInstant,
  invalidFields,
  present,
  refuse,
  type Clock,
  type DomainError,
  type IdSource,
  type Instant,
} from '@trimtab/core';
import { hasScope, withScopes } from '@trimtab/grpc';
import { parseSeriesId } from '@trimtab/option-index';
import { purposeByTrigger } from '../domain/index-run.js';
import { seriesViolation } from '../domain/index-runtime.js';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import type { Run, RunPurpose, RunTrigger } from '../domain/run.js';
import type { DueWorkStore } from './engine-ports.js';
import type { Call, IntentStore, RequestKey } from './ports.js';
import {
  intentNotActivated,
  intentNotActive,
  intentNotFound,
  leaseLost,
  notOwner,
} from './refusals.js';
import type { RunStore } from './run-ports.js';
import type { FinishRun, StartRun } from './start-run.js';

/** Who asks for a rebalance of what, and why. */
export interface RebalanceIntentCommand {
  readonly key: RequestKey;
  readonly intentId: string;
  readonly trigger: RunTrigger;
  /** The lease of the engine; every trigger but MANUAL needs the current one. */
  readonly leaseToken: bigint;
  /** The series to buy; the option index only, absent: one is chosen. */
  readonly seriesId: string | undefined;
  /** The trace of the call, kept on the run; empty without tracing. */
  readonly traceId: string;
}

/** What the use case needs. */
export interface RebalanceIntentDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly intents: IntentStore;
  readonly runs: RunStore;
  readonly work: Pick<DueWorkStore, 'isHeld'>;
  readonly startRun: StartRun;
  readonly finishRun: FinishRun;
}

/**
 * Runs the pipeline once for an intent: snapshot, valuation, plan, and a rebalance unless the plan is
 * a no-op. The run is stored first; what another service refuses for good ends it as REFUSED with that
 * reason, anything else leaves it for the same request to finish. Requests that must not run at all
 * (not the owner, a lost lease, ended, not activated) store nothing; one for a paused intent is recorded
 * and refused.
 */
export type RebalanceIntent = (command: RebalanceIntentCommand, call: Call) => Promise<Run>;

/** Creates the use case. */
export function createRebalanceIntent(dependencies: RebalanceIntentDependencies): RebalanceIntent {
  const { clock, intents, runs, startRun, finishRun } = dependencies;
  return async (command, call) => {
    const { key, intentId, trigger, seriesId, traceId } = command;
    const stored = await intents.find(intentId);
    if (stored === undefined) return refuse(intentNotFound(intentId));
    const { intent } = stored;
    checkCaller(intent, command, call);
    const leaseToken = trigger === 'MANUAL' ? undefined : command.leaseToken;
    await checkLease(intent, leaseToken, dependencies);
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
    checkSeries(seriesId, intent, clock.now());
    const purpose = purposeOf(trigger, intent);
    return startRun({ key, intent, trigger, purpose, seriesId, leaseToken, traceId }, own);
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
    purpose: purposeOf(trigger, intent),
    startedBy: key.subject,
    traceId,
    outcome: { kind: 'REFUSED', reason, message },
    progress: {},
    createTime: now,
    endTime: now,
  };
  const ownKey = { ...key, requestId: `refused/${key.requestId}` };
  await runs.start(ownKey, refused, { whenBusy: () => refused.outcome });
}

/** As far as the trigger says; the index finds out what it leaves when it knows its series. */
function purposeOf(trigger: RunTrigger, { spec }: Intent): RunPurpose {
  return spec.allocation.kind === 'index' ? purposeByTrigger(trigger) : 'REBALANCE';
}

/** An engine that lost its work to another starts nothing, and goes on with nothing. */
async function checkLease(
  { id }: Intent,
  leaseToken: bigint | undefined,
  { work }: RebalanceIntentDependencies,
): Promise<void> {
  if (leaseToken === undefined || (await work.isHeld(id, leaseToken))) return;
  refuse(leaseLost(id, leaseToken));
}

function checkCaller(
  intent: Intent,
  { trigger, seriesId }: RebalanceIntentCommand,
  { caller }: Call,
): void {
  const isEngine = hasScope(caller, ['engine']);
  if (intent.owner !== caller.subject && !isEngine) {
    const message = `intent ${intent.id} is not owned by ${caller.subject}`;
    refuse(notOwner(message, { intent_id: intent.id }));
  }
  if (trigger !== 'MANUAL' && !isEngine) {
    const message = `trigger was ${trigger}, an owner starts runs with MANUAL only`;
    refuse(notOwner(message, { trigger }));
  }
  if (seriesId !== undefined && !isEngine) {
    const message = `series_id was ${seriesId}, an owner leaves the choice to the service`;
    refuse(notOwner(message, { series_id: seriesId }));
  }
}

/** A series that has matured cannot be bought. */
function checkSeries(seriesId: string | undefined, { spec }: Intent, now: Instant): void {
  if (seriesId === undefined) return;
  const violation = seriesViolation('series_id', seriesId, spec);
  if (violation !== undefined) refuse(invalidFields([violation]));
  const series = parseSeriesId(seriesId);
  if (!series.ok || series.value.maturity > now) return;
  const maturity = formatInstant(series.value.maturity);
  const message = `was "${seriesId}", must be a series that matures later than now, found ${maturity}`;
  refuse(invalidFields([{ field: 'series_id', reason: 'FIELD_INVALID', message }]));
}

function checkState(intent: Intent): void {
  if (isTerminal(intent.state)) refuse(terminalError(intent.state));
  if (intent.activationStep !== 'ACTIVATED') refuse(intentNotActivated(intent));
}
