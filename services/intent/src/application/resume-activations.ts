import type { Caller } from '@trimtab/grpc';
import type { ActivateIntent } from './activate-intent.js';
import type { ActivationStore } from './activation-ports.js';
import type { IntentObserver } from './observer.js';

/** Goes on with activations whose calls are over: what they left, and what crashed. */
export type ResumeActivations = () => Promise<void>;

/** What it needs. */
export interface ResumeActivationsDependencies {
  readonly activations: ActivationStore;
  readonly activate: ActivateIntent;
  readonly observer: IntentObserver;
}

const BATCH_SIZE = 20;

/** Creates the worker's round. What fails again is looked at again some seconds later. */
export function createResumeActivations(deps: ResumeActivationsDependencies): ResumeActivations {
  const { activations, activate, observer } = deps;
  return async () => {
    for (const intent of await activations.claimBroken(BATCH_SIZE)) {
      const owner: Caller = { subject: intent.owner, scopes: new Set(['intent:write']) };
      try {
        await activate(intent, { caller: owner });
      } catch (error) {
        observer.activationStalled({ intentId: intent.id, error });
      }
    }
  };
}
