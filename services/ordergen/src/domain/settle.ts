import { max, min } from '@trimtab/decimal';
import { passOver } from './advance.js';
import { isSell, originalOf } from './amount-of.js';
import type { ActionResult } from './fold-input.js';
import { openBase, openTotal, rescale } from './leg.js';
import { isPinned, skipSettled } from './pins.js';
import type { RebalanceProgram } from './program.js';
import { projectedCash, type RebalanceState } from './rebalance-state.js';
import { recalibrate, type Recalibration } from './recalibrate.js';

/**
 * One final result at a time (order generation rules, section 4). The caller has checked the result
 * against the bounds of its action.
 */

/** How a settled action ended: a failed sell is FAILED, a buy that failed locks its asset. */
export type SettledActionState = 'FILLED' | 'FAILED' | 'LOCKED';

/** The state after a result, before advancing to the next dispatch. */
export interface Settlement {
  readonly state: RebalanceState;
  readonly index: number;
  /** The amount that had been dispatched. */
  readonly amount: bigint;
  readonly actionState: SettledActionState;
  /** Of a sell that was not filled in full. */
  readonly recalibration?: Recalibration;
}

/** Settles the action at `state.nextIndex`, of which `amount` was dispatched. */
export function settle(
  program: RebalanceProgram,
  state: RebalanceState,
  result: ActionResult,
  amount: bigint,
): Settlement {
  const settlement = isSell(program, result.index)
    ? settleSell(program, state, amount, result)
    : settleBuy(program, state, amount, result);
  const asPlanned =
    settlement.actionState === 'FILLED' && amount === originalOf(program, result.index);
  if (asPlanned) return settlement;
  return { ...settlement, state: { ...settlement.state, adjusted: true } };
}

function settleSell(
  program: RebalanceProgram,
  before: RebalanceState,
  amount: bigint,
  result: ActionResult,
): Settlement {
  const { filled, cashMoved, index } = result;
  const left = leaveSells(program, before, amount);
  const state = bookSlip(
    { ...left, cash: left.cash + cashMoved },
    filled - cashMoved,
    max(0n, projectedCash(before) - program.underlyingFloor),
  );
  const unfilled = amount - filled;
  if (unfilled === 0n) return { state, index, amount, actionState: 'FILLED' };
  return { ...recalibrate(program, state, unfilled), index, amount, actionState: 'FAILED' };
}

/** A pinned sell leaves what is pinned and moves neither seen nor paid of its leg. */
function leaveSells(
  program: RebalanceProgram,
  state: RebalanceState,
  amount: bigint,
): RebalanceState {
  if (!isPinned(program, state, state.nextIndex)) return passOver(program, state);
  const nextIndex = state.nextIndex + 1;
  return {
    ...state,
    pinnedOpen: state.pinnedOpen - amount,
    nextIndex,
    pinCursor: skipSettled(program, state.pinCursor, nextIndex),
  };
}

/**
 * A price difference: the underlying takes a gain, and a loss as far as it stays above its floor
 * (`cushion`); the rest shrinks the buys, and what exceeds them is residual.
 */
function bookSlip(state: RebalanceState, slip: bigint, cushion: bigint): RebalanceState {
  const taken = min(slip, cushion);
  const rest = slip - taken;
  const shrink = min(rest, openTotal(state.buys));
  return {
    ...shrinkBuys(state, shrink),
    toUnderlying: state.toUnderlying - taken,
    residual: state.residual + rest - shrink,
  };
}

/** Rescales the buy leg to `shrink` less; a leg whose total stays is not rescaled. */
export function shrinkBuys(state: RebalanceState, shrink: bigint): RebalanceState {
  if (shrink === 0n) return state;
  const buys = rescale(openBase(state.buys), openTotal(state.buys) - shrink);
  return { ...state, buys };
}

/** What a buy did not spend stays in the underlying; no other action changes. */
function settleBuy(
  program: RebalanceProgram,
  before: RebalanceState,
  amount: bigint,
  result: ActionResult,
): Settlement {
  const { filled, cashMoved, index, execType } = result;
  const left = passOver(program, before);
  const complete = execType === 'FILL' || (amount > 0n && filled === amount);
  return {
    state: {
      ...left,
      cash: left.cash - cashMoved,
      toUnderlying: left.toUnderlying + amount - cashMoved,
    },
    index,
    amount,
    actionState: complete ? 'FILLED' : 'LOCKED',
  };
}
