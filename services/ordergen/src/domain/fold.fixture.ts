import type { DomainError, Result } from '@trimtab/core';
import { DomainFailure } from '@trimtab/core';
import { amountOf } from './amount-of.js';
import { apply, type Step } from './apply.js';
import type { ActionResult } from './fold-input.js';
import { createProgram, type RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';
import { startRebalance } from './start-rebalance.js';

/** Small programs and results for tests of the fold. */

/** The sells as [amount, cap] and the buys of a program. */
export interface Orders {
  readonly cash?: bigint;
  readonly floor?: bigint;
  readonly sells: readonly (readonly [bigint, bigint])[];
  readonly buys: readonly bigint[];
}

/** A value, or the refusal as an exception. */
export function unwrap<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new DomainFailure(result.error);
  return result.value;
}

/** Builds a program. */
export function programOf(orders: Orders): RebalanceProgram {
  return unwrap(
    createProgram({
      cash: orders.cash ?? 0n,
      underlyingFloor: orders.floor ?? 0n,
      sells: orders.sells.map(([amount, cap]) => ({ amount, cap })),
      buys: orders.buys,
    }),
  );
}

/** The state before the first result. */
export function started(program: RebalanceProgram): RebalanceState {
  return startRebalance(program, 'EXECUTE').state;
}

/** A final result of the next action. */
export function resultAt(index: number, filled: bigint, cashMoved = filled): ActionResult {
  return { index, filled, cashMoved, execType: filled === 0n ? 'REJECTED' : 'FILL' };
}

/** Applies one result. */
export function step(
  program: RebalanceProgram,
  state: RebalanceState,
  filled: bigint,
  cashMoved = filled,
): Step {
  const result = resultAt(state.nextIndex, filled, cashMoved);
  return unwrap(apply(program, state, { kind: 'RESULT', result }));
}

/** The next action fills as it was dispatched. */
export function fill(program: RebalanceProgram, state: RebalanceState): Step {
  return step(program, state, amountOf(program, state));
}

/** The amounts that would be dispatched if everything from here on filled. */
export function remainingAmounts(
  program: RebalanceProgram,
  from: RebalanceState,
): readonly bigint[] {
  const amounts: bigint[] = [];
  let state = from;
  while (state.nextIndex < program.amounts.length) {
    amounts.push(amountOf(program, state));
    state = fill(program, state).state;
  }
  return amounts;
}
