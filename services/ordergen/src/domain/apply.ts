import { ok, type DomainError, type Result } from '@trimtab/core';
import { advance } from './advance.js';
import { breachOf } from './breach-of.js';
import { checkCorrection, checkResult } from './check-result.js';
import { correct } from './correct.js';
import type { EventKind, FoldInput } from './fold-input.js';
import { afterResult, approve, cancel, expire, fault } from './lifecycle.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';
import type { Recalibration } from './recalibrate.js';
import { settle, type SettledActionState } from './settle.js';

/**
 * The fold: `state(n) = apply(state(n-1), input(n))`, without clock, I/O or discretion (order
 * generation rules, introduction and section 4). The same inputs give the same states for ever.
 */

/** An action that a step settled. */
export interface SettledAction {
  readonly index: number;
  /** The amount that had been dispatched. */
  readonly amount: bigint;
  readonly actionState: SettledActionState;
}

/** What one input did. */
export interface Step {
  readonly state: RebalanceState;
  /** The kind of the input, or FAULT when it broke an invariant. */
  readonly kind: EventKind;
  readonly settled?: SettledAction;
  readonly recalibration?: Recalibration;
  /** Actions that became SKIPPED, ascending. */
  readonly skipped: readonly number[];
  /** What to dispatch next; absent when nothing is to be dispatched by this step. */
  readonly dispatch?: { readonly index: number; readonly amount: bigint };
  /** The invariant that the input broke: the state is then the one before, FAULTED. */
  readonly breach?: string;
}

/**
 * Applies one input. Refuses results out of order (RESULT_OUT_OF_ORDER) or beyond the bounds of
 * their action (RESULT_OUT_OF_RANGE), corrections of actions that have not settled
 * (CORRECTION_INVALID), and inputs that the state has no way for (REBALANCE_STATE_INVALID). An input
 * that would break an invariant is not applied: the rebalance freezes as FAULTED instead.
 */
export function apply(
  program: RebalanceProgram,
  before: RebalanceState,
  input: FoldInput,
): Result<Step, DomainError> {
  const moved = move(program, before, input);
  if (!moved.ok) return moved;
  const breach = input.kind === 'FAULT' ? input.reason : undefined;
  if (breach !== undefined) return ok({ ...moved.value, breach });
  const found = breachOf(program, before, moved.value.state);
  if (found === undefined) return moved;
  return ok({ state: { ...before, state: 'FAULTED' }, kind: 'FAULT', skipped: [], breach: found });
}

function move(
  program: RebalanceProgram,
  before: RebalanceState,
  input: FoldInput,
): Result<Step, DomainError> {
  switch (input.kind) {
    case 'APPROVE': {
      const approved = approve(before);
      if (!approved.ok) return approved;
      return ok({ ...advance(program, approved.value), kind: input.kind });
    }
    case 'RESULT': {
      const checked = checkResult(program, before, input.result);
      if (!checked.ok) return checked;
      const amount = checked.value;
      const { state, recalibration, ...settled } = settle(program, before, input.result, amount);
      const advanced = advance(program, afterResult(state, input.result));
      return ok({
        ...advanced,
        kind: input.kind,
        settled,
        ...(recalibration !== undefined && { recalibration }),
      });
    }
    case 'CORRECTION': {
      const refusal = checkCorrection(before, input.correction);
      if (!refusal.ok) return refusal;
      const corrected = correct(program, before, input.correction.cash);
      return ok({ state: corrected, kind: input.kind, skipped: [] });
    }
    case 'CANCEL':
      return only(input.kind, cancel(before));
    case 'EXPIRE':
      return only(input.kind, expire(before));
    case 'FAULT':
      return only(input.kind, fault(before));
  }
}

function only(
  kind: EventKind,
  state: Result<RebalanceState, DomainError>,
): Result<Step, DomainError> {
  return state.ok ? ok({ state: state.value, kind, skipped: [] }) : state;
}
