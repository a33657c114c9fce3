import type { Instant } from '@trimtab/core';
import type { PlannedAgent } from '@trimtab/strategy';
import type { ActivationStep, Intent } from '../domain/intent.js';
import type { AcceptedChange } from './state-change-ports.js';

/** A step of the activation that is complete, with what it found. */
export interface ActivationRecord {
  readonly intentId: string;
  readonly step: ActivationStep;
  /** The vault that was made; absent when nothing was learnt of it. */
  readonly vaultId?: string;
  /** The agents whose work starts; absent for the other steps. */
  readonly agents?: readonly PlannedAgent[];
  readonly now: Instant;
}

/** Whether the activation goes on, and with what; a stop that is not answered yet comes along. */
export type ActivationProgress =
  | { readonly kind: 'GOES_ON'; readonly intent: Intent }
  | {
      readonly kind: 'STOPPED';
      readonly intent: Intent;
      /** Absent when the intent is at its end already. */
      readonly stop: AcceptedChange | undefined;
    };

/** How far activations are. */
export interface ActivationStore {
  /**
   * Writes a step under the lock of its intent, unless the activation was stopped: a cancellation or a
   * failure that was accepted before is seen here, and one that comes later sees this step. A step that
   * a twin wrote already stays as it is. The last step keeps the answer of the creation.
   *
   * @throws DomainFailure VAULT_IN_USE when another live intent has the vault
   */
  record(record: ActivationRecord): Promise<ActivationProgress>;
  /** Writes the vault that a stop found, where none is known. */
  foundVault(intentId: string, vaultId: string, now: Instant): Promise<void>;
  /** Intents whose activation broke off some seconds ago; each is given out once in that time. */
  claimBroken(limit: number): Promise<readonly Intent[]>;
}
