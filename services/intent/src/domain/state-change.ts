import type { Instant } from '@trimtab/core';
import type { IntentState } from './intent.js';
import type { Mover } from './lifecycle.js';

/** The states that a verb leads to. */
export const TARGET_STATES = ['PAUSED', 'ACTIVE', 'CANCELLED', 'COMPLETED', 'ERROR'] as const;
/** A state that a verb leads to. */
export type TargetState = (typeof TARGET_STATES)[number];

/** Who has a state changed: the owner, the engine, or an activation that was refused for good. */
export type ChangeMover = Mover | 'activation';

/**
 * One accepted change of an intent's state: a row that is written first and driven to its end by the
 * call that asked for it and, after a crash, by a worker (intent rules, lifecycle).
 */
export interface StateChange {
  /** A UUID: the namespace of the request ids of its steps. */
  readonly id: string;
  readonly intentId: string;
  readonly to: TargetState;
  readonly by: ChangeMover;
  /** Why, in the words of who asked. */
  readonly reason: string;
  /** How many of its steps are done. */
  readonly doneCount: number;
  /** How often the vault was tried to be emptied; part of the request ids of each try. */
  readonly attemptCount: number;
  readonly createTime: Instant;
}

/**
 * What a change does, step by step. Each is repeated until it stands.
 * - SET_VAULT_MODE: the vault's mode is that of the new state.
 * - CANCEL_REBALANCE: what runs on the vault is asked to stop.
 * - WRITE_STATE: the intent is in its new state.
 * - EMPTY_VAULT: positions are settled to the underlying, everything is withdrawn to the owner.
 * - CLOSE_VAULT: the vault is closed for ever.
 */
export type ChangeStep =
  'SET_VAULT_MODE' | 'CANCEL_REBALANCE' | 'WRITE_STATE' | 'EMPTY_VAULT' | 'CLOSE_VAULT';

/** The steps to each state, in order. COMPLETED is written when the vault is flat, not before. */
export const CHANGE_STEPS: Readonly<Record<TargetState, readonly ChangeStep[]>> = {
  PAUSED: ['SET_VAULT_MODE', 'WRITE_STATE'],
  ACTIVE: ['SET_VAULT_MODE', 'WRITE_STATE'],
  CANCELLED: ['SET_VAULT_MODE', 'WRITE_STATE', 'EMPTY_VAULT', 'CLOSE_VAULT'],
  COMPLETED: ['SET_VAULT_MODE', 'EMPTY_VAULT', 'CLOSE_VAULT', 'WRITE_STATE'],
  ERROR: ['SET_VAULT_MODE', 'CANCEL_REBALANCE', 'WRITE_STATE'],
};

/** What an activation did is undone as by a cancellation, so that nothing of it is left. */
const UNDO_STEPS = CHANGE_STEPS.CANCELLED;

type Way = Pick<StateChange, 'to' | 'by'>;

/** The steps of a change. */
export function stepsOf({ to, by }: Way): readonly ChangeStep[] {
  return by === 'activation' ? UNDO_STEPS : CHANGE_STEPS[to];
}

/** How many steps must stand before the caller is answered: never later than its vault's mode. */
export function answeredAfter(change: Way): number {
  return change.to === 'COMPLETED' ? 1 : stepsOf(change).indexOf('WRITE_STATE') + 1;
}

/** The next step, or none when all are done. */
export function nextStep(change: StateChange): ChangeStep | undefined {
  return stepsOf(change)[change.doneCount];
}

/** Whether the caller can be answered. */
export function isAnswerable(change: StateChange): boolean {
  return change.doneCount >= answeredAfter(change);
}

/** The mode that a vault must have before its intent is in a state. */
export function vaultModeOf({ to, by }: Way): 'OPEN' | 'PAUSED' | 'CLOSING' {
  if (by === 'activation') return 'CLOSING';
  switch (to) {
    case 'ACTIVE':
      return 'OPEN';
    case 'PAUSED':
    case 'ERROR':
      return 'PAUSED';
    case 'CANCELLED':
    case 'COMPLETED':
      return 'CLOSING';
  }
}

/** The state in which an intent is once a change was answered. */
export function stateWhenAnswered(from: IntentState, to: TargetState): IntentState {
  return to === 'COMPLETED' ? from : to;
}
