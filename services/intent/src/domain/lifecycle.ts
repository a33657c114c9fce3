import { domainError, err, ok, type DomainError, type Result } from '@trimtab/core';
import type { IntentState } from './intent.js';

/** Who moves an intent from one state to another. */
export type Mover = 'owner' | 'engine';

/** One allowed change of state. */
export interface Transition {
  readonly from: IntentState;
  readonly to: IntentState;
  readonly by: Mover;
}

/** Every allowed change (intent rules, lifecycle). What is not listed is forbidden. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'ACTIVE', to: 'PAUSED', by: 'owner' },
  { from: 'ACTIVE', to: 'CANCELLED', by: 'owner' },
  { from: 'ACTIVE', to: 'COMPLETED', by: 'engine' },
  { from: 'PAUSED', to: 'ACTIVE', by: 'owner' },
  { from: 'PAUSED', to: 'CANCELLED', by: 'owner' },
  { from: 'ACTIVE', to: 'ERROR', by: 'engine' },
  { from: 'PAUSED', to: 'ERROR', by: 'engine' },
];

const TERMINAL: readonly IntentState[] = ['COMPLETED', 'CANCELLED', 'ERROR'];

/** Whether nothing can change the intent any more. */
export function isTerminal(state: IntentState): boolean {
  return TERMINAL.includes(state);
}

/** Whether the intent still occupies its vault. */
export function isLive(state: IntentState): boolean {
  return !isTerminal(state);
}

/** The next state, or why the change is refused. */
export function transition(
  from: IntentState,
  to: IntentState,
  by: Mover,
): Result<IntentState, DomainError> {
  if (isTerminal(from)) return err(terminalError(from));
  const known = TRANSITIONS.filter((line) => line.from === from && line.to === to);
  if (known.length === 0) {
    const message = `intent is ${from}, it cannot become ${to}`;
    return err(domainError('FAILED_PRECONDITION', 'INTENT_STATE_INVALID', message, { from, to }));
  }
  if (known.some((line) => line.by === by)) return ok(to);
  const message = `an intent is moved from ${from} to ${to} by its ${known[0]?.by ?? ''} only`;
  return err(domainError('PERMISSION_DENIED', 'PERMISSION_DENIED', message, { from, to }));
}

/** The refusal of every change to an intent at its end; the words are the source's. */
export function terminalError(state: IntentState): DomainError {
  const message = 'intent is completed/cancelled and cannot be modified';
  return domainError('FAILED_PRECONDITION', 'INTENT_TERMINAL', message, { state });
}
