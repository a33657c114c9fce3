import { present } from '@trimtab/core';
import { shareOf } from './leg.js';
import { isPinned } from './pins.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/**
 * The amount of the next action (order generation rules, section 3): the cap of a pinned sell,
 * otherwise its share of the leg. 0 when every action has settled.
 */
export function amountOf(program: RebalanceProgram, state: RebalanceState): bigint {
  const index = state.nextIndex;
  if (index >= program.amounts.length) return 0n;
  if (isPinned(program, state, index)) {
    return present(program.caps[index], `sell ${index} has a cap`);
  }
  return shareOf(isSell(program, index) ? state.sells : state.buys, originalOf(program, index));
}

/** The amount that an action was generated with. */
export function originalOf(program: RebalanceProgram, index: number): bigint {
  return present(program.amounts[index], `action ${index} has an amount`);
}

/** Whether an index is in the sell leg. */
export function isSell(program: RebalanceProgram, index: number): boolean {
  return index < program.sellCount;
}
