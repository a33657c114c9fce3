import type { Instant } from '@trimtab/core';
import type { IntentSpec } from '@trimtab/strategy';
import type { Runtime } from './runtime.js';

/**
 * What an owner declares and what the service adds to it (intent rules, StrategyIntent). Enumerations
 * carry the words of the rules; the wire has its own names for them.
 */
export interface Intent {
  /** `intent-{unixms}-{8hex}`. */
  readonly id: string;
  /** The subject of the token that created it. */
  readonly owner: string;
  readonly state: IntentState;
  /** Why it is in this state; empty when there is nothing to say. */
  readonly stateReason: string;
  readonly spec: IntentSpec;
  /** The vault it runs on; absent until the activation allocated one. */
  readonly vaultId: string | undefined;
  /** Whether the vault was (or will be) made for this intent; false when the owner named one. */
  readonly ownsVault: boolean;
  readonly activationStep: ActivationStep;
  /** Written by the engine only. */
  readonly runtime: Runtime;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** The states of an intent; the last three are terminal. */
export const INTENT_STATES = ['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED', 'ERROR'] as const;
/** A state of an intent. */
export type IntentState = (typeof INTENT_STATES)[number];

/**
 * How far the activation is. RebalanceIntent is refused before ACTIVATED. The steps are those of the
 * rules; a step is recorded when it is complete.
 */
export const ACTIVATION_STEPS = [
  'VALIDATED',
  'DERIVED',
  'AGENTS_SELECTED',
  'VAULT_ALLOCATED',
  'LOOP_STARTED',
  'ACTIVATED',
] as const;
/** A completed step of the activation. */
export type ActivationStep = (typeof ACTIVATION_STEPS)[number];
