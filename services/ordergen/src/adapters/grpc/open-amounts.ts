import { passOver } from '../../domain/advance.js';
import { amountOf } from '../../domain/amount-of.js';
import { isPinned } from '../../domain/pins.js';
import type { RebalanceProgram } from '../../domain/program.js';
import { hasEnded, type RebalanceState } from '../../domain/rebalance-state.js';

/**
 * What each action to come would be dispatched with if all goes as planned from here, by index.
 * One pass over the open actions; for readers only, the fold never needs it.
 */
export function openAmounts(
  program: RebalanceProgram,
  from: RebalanceState,
): ReadonlyMap<number, bigint> {
  const amounts = new Map<number, bigint>();
  if (hasEnded(from.state)) return amounts;
  let state = from;
  while (state.nextIndex < program.amounts.length) {
    const index = state.nextIndex;
    amounts.set(index, amountOf(program, state));
    state = isPinned(program, state, index)
      ? { ...state, nextIndex: index + 1 }
      : passOver(program, state);
  }
  return amounts;
}
