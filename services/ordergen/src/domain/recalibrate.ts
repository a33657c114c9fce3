import { floorDiv, formatDecimal, max, min, ratioDecimal } from '@trimtab/decimal';
import { openBase, openTotal, rescale } from './leg.js';
import { pinCandidate, skipSettled, type Pin } from './pins.js';
import type { RebalanceProgram } from './program.js';
import { openBuys, openSells, type RebalanceState } from './rebalance-state.js';

/**
 * Two-leg scaling (order generation rules, section 4): what a sell did not raise is shared by the
 * actions after it in proportion, the remaining sells raise more and the remaining buys spend less,
 * so that the legs stay in balance. The failed sell itself is not part of the total.
 */

/** What one failed or partly filled sell changed; each such sell makes one. */
export interface Recalibration {
  /** F: the unfilled part of the sell. */
  readonly failed: bigint;
  /**
   * f = F / (S + B) of the last sharing round, a canonical decimal of at most 18 digits, floored;
   * absent when nothing was left to share among.
   */
  readonly factor?: string;
  /** Open totals after the sell left them and before scaling, pinned sells included. */
  readonly sellsBefore: bigint;
  readonly sellsAfter: bigint;
  readonly buysBefore: bigint;
  readonly buysAfter: bigint;
  /** The sells that this recalibration brought to their caps, in the order of pinning. */
  readonly pins: readonly Pin[];
  /** The part of F that neither leg could absorb. */
  readonly residual: bigint;
}

/** A state after scaling, and what scaling did. */
export interface Recalibrated {
  readonly state: RebalanceState;
  readonly recalibration: Recalibration;
}

/**
 * Shares `failed` > 0 over the actions from `state.nextIndex` on. Costs a constant amount of work
 * for each sell that it pins and one more, never a pass over the actions.
 */
export function recalibrate(
  program: RebalanceProgram,
  state: RebalanceState,
  failed: bigint,
): Recalibrated {
  const shared = shareFailure(program, state, failed);
  const open = openBuys(state);
  const down = min(shared.failed - shared.up, open);
  const residual = shared.failed - shared.up - down;
  const next: RebalanceState = {
    ...state,
    sells: rescale(shared.base, shared.sells + shared.up),
    buys: rescale(openBase(state.buys), open - down),
    pinnedOpen: shared.pins.reduce((sum, pin) => sum + pin.amount, state.pinnedOpen),
    residual: state.residual + residual,
    pinCursor: shared.cursor,
  };
  const group = shared.sells + open;
  return {
    state: next,
    recalibration: {
      failed,
      ...(group > 0n && { factor: formatDecimal(ratioDecimal(shared.failed, group, 18)) }),
      sellsBefore: openSells(state),
      sellsAfter: openSells(next),
      buysBefore: open,
      buysAfter: openBuys(next),
      pins: shared.pins,
      residual,
    },
  };
}

/** The sharing rounds: after each pin the rest of F is shared again without the pinned sell. */
interface SharedFailure {
  /** Original amounts and open total of the sells that are not pinned. */
  readonly base: bigint;
  readonly sells: bigint;
  /** What is left of F after the pins, and how much of that the sells raise. */
  readonly failed: bigint;
  readonly up: bigint;
  readonly pins: readonly Pin[];
  readonly cursor: number;
}

function shareFailure(
  program: RebalanceProgram,
  state: RebalanceState,
  unfilled: bigint,
): SharedFailure {
  const buys = openBuys(state);
  const pins: Pin[] = [];
  let base = openBase(state.sells);
  let sells = openTotal(state.sells);
  let failed = unfilled;
  let cursor = skipSettled(program, state.pinCursor, state.nextIndex);
  for (;;) {
    const up = upwardPart(failed, sells, buys);
    const candidate = pinCandidate(program, cursor);
    if (candidate === undefined) return { base, sells, failed, up, pins, cursor };
    const { index, amount, cap } = candidate;
    if (amount * (sells + up) <= cap * base) return { base, sells, failed, up, pins, cursor };
    const share = min(floorDiv(amount * sells, base), cap);
    pins.push({ index, amount: cap });
    base -= amount;
    sells -= share;
    failed -= cap - share;
    cursor = skipSettled(program, cursor + 1, state.nextIndex);
  }
}

/** `floor(F·S/(S+B))`: the part of a failure that the sells raise. */
function upwardPart(failed: bigint, sells: bigint, buys: bigint): bigint {
  const group = sells + buys;
  return group > 0n ? floorDiv(max(failed, 0n) * sells, group) : 0n;
}
