import { present } from '@trimtab/core';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/**
 * Which sells stand at their caps (order generation rules, section 4). Cap ratios never change, so
 * sells are pinned in one static order and a cursor replaces a heap: it only moves forward, past
 * what is pinned or settled, at most once over each sell in the whole rebalance.
 */

/** A sell whose amount became its cap. */
export interface Pin {
  readonly index: number;
  readonly amount: bigint;
}

/** Whether an open sell stands at its cap. */
export function isPinned(program: RebalanceProgram, state: RebalanceState, index: number): boolean {
  if (index >= program.sellCount) return false;
  return present(program.pinRanks[index], `sell ${index} has a pin rank`) < state.pinCursor;
}

/** Moves a cursor past the sells below `nextIndex`, which have settled. */
export function skipSettled(program: RebalanceProgram, cursor: number, nextIndex: number): number {
  let place = cursor;
  for (;;) {
    const index = program.pinOrder[place];
    if (index === undefined || index >= nextIndex) return place;
    place += 1;
  }
}

/** The open sell with the smallest cap ratio that is not pinned, with its amount and cap. */
export function pinCandidate(
  program: RebalanceProgram,
  cursor: number,
): { readonly index: number; readonly amount: bigint; readonly cap: bigint } | undefined {
  const index = program.pinOrder[cursor];
  if (index === undefined) return undefined;
  return {
    index,
    amount: present(program.amounts[index], `action ${index} has an amount`),
    cap: present(program.caps[index], `sell ${index} has a cap`),
  };
}

/**
 * The cursor of a state that is loaded from its parts: the place after the last pin, moved past what
 * has settled. Pins are made in pin order, so the last one says where all of them end.
 */
export function pinCursorOf(
  program: RebalanceProgram,
  nextIndex: number,
  lastPinnedIndex: number | undefined,
): number {
  const after =
    lastPinnedIndex === undefined
      ? 0
      : present(program.pinRanks[lastPinnedIndex], `sell ${lastPinnedIndex} has a pin rank`) + 1;
  return skipSettled(program, after, nextIndex);
}
