import { refuse, type Clock, type DomainError, type IdSource } from '@trimtab/core';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import type { StateChange } from '../domain/state-change.js';
import type { ActivationProgress, ActivationStore } from './activation-ports.js';
import { finalRefusal } from './is-final.js';
import type { StepIds } from './ports.js';
import { intentNotActivated } from './refusals.js';
import type { StateChangeStore } from './state-change-ports.js';

/**
 * Ends an activation that was refused for good, by a change of state as any other end: the vault that
 * was made is emptied to its owner and closed, and the intent is in ERROR with the reason. A stop that
 * came before, or the end of the activation by a twin, stands.
 */
export type UndoActivation = (intent: Intent, refusal: DomainError) => Promise<ActivationProgress>;

/** What it needs. */
export interface UndoDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly changes: StateChangeStore;
  readonly activations: ActivationStore;
  readonly stepIds: StepIds;
}

/** Creates it. */
export function createUndoActivation(dependencies: UndoDependencies): UndoActivation {
  const { clock, ids, changes, activations, stepIds } = dependencies;
  return async (intent, refusal) => {
    const change: StateChange = {
      id: ids.uuid(),
      intentId: intent.id,
      to: 'ERROR',
      by: 'activation',
      reason: `activation failed: ${refusal.reason}: ${refusal.message}`,
      doneCount: 0,
      attemptCount: 0,
      createTime: clock.now(),
    };
    const { activationStep: step, id: intentId } = intent;
    const requestId = stepIds.ofIntent(intentId, 'undo');
    const key = { subject: intent.owner, method: 'activation', requestId, requestHash: intentId };
    // Under the lock: what a twin reached meanwhile is what counts, the refusal is then of the past.
    const check = (latest: Intent): void => {
      if (isTerminal(latest.state)) refuse(terminalError(latest.state));
      if (latest.activationStep !== step) refuse(intentNotActivated(latest));
    };
    try {
      const accepted = await changes.accept({ key, change, check, leaseToken: undefined });
      const stop = accepted.kind === 'BEHIND' ? accepted.other : accepted.accepted;
      return { kind: 'STOPPED', intent, stop };
    } catch (error) {
      if (finalRefusal(error) === undefined) throw error;
      return activations.record({ intentId, step, now: clock.now() });
    }
  };
}
