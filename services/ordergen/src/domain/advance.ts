import { amountOf, isSell, originalOf } from './amount-of.js';
import { take } from './leg.js';
import { skipSettled } from './pins.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/**
 * From one settled action to the next dispatch, or to the end (order generation rules, section 5).
 * An action whose share came out as 0 although its original amount was not is SKIPPED: it moves
 * `seen` of its leg by its original amount and `paid` by 0, exactly as a result with nothing filled
 * would, and has no event of its own; the event of the action before it shows the state after it.
 */

/** Where a rebalance stands after advancing. */
export interface Advanced {
  readonly state: RebalanceState;
  /** The indices that became SKIPPED, ascending. */
  readonly skipped: readonly number[];
  /** What to dispatch now; absent when there is nothing to dispatch. */
  readonly dispatch?: { readonly index: number; readonly amount: bigint };
}

/** Passes over skipped actions; ends an executing rebalance when no action is left. */
export function advance(program: RebalanceProgram, from: RebalanceState): Advanced {
  const skipped: number[] = [];
  let state = from;
  while (state.state === 'EXECUTING') {
    const index = state.nextIndex;
    if (index >= program.amounts.length) {
      return { state: { ...state, state: completion(state) }, skipped };
    }
    const amount = amountOf(program, state);
    if (amount !== 0n || originalOf(program, index) === 0n) {
      return { state, skipped, dispatch: { index, amount } };
    }
    skipped.push(index);
    state = { ...passOver(program, state), adjusted: true };
  }
  return { state, skipped };
}

/** The state with the next action out of its leg. The action is not pinned. */
export function passOver(program: RebalanceProgram, state: RebalanceState): RebalanceState {
  const index = state.nextIndex;
  const original = originalOf(program, index);
  const leg = isSell(program, index)
    ? { sells: take(state.sells, original) }
    : { buys: take(state.buys, original) };
  return {
    ...state,
    ...leg,
    nextIndex: index + 1,
    pinCursor: skipSettled(program, state.pinCursor, index + 1),
  };
}

function completion(state: RebalanceState): 'COMPLETED' | 'COMPLETED_ADJUSTED' {
  return state.adjusted ? 'COMPLETED_ADJUSTED' : 'COMPLETED';
}
