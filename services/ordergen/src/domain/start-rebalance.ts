import { advance, type Advanced } from './advance.js';
import { createLeg } from './leg.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/** Whether somebody has to approve before anything executes. */
export type StartMode = 'EXECUTE' | 'AWAIT_APPROVAL';

/**
 * The state before the first event. Without an approval to wait for it executes at once, and an
 * empty or all-skipped rebalance ends at once (order generation rules, section 5). PLANNED is the
 * moment before: what a preview shows.
 */
export function startRebalance(program: RebalanceProgram, mode: StartMode): Advanced {
  return mode === 'EXECUTE'
    ? advance(program, { ...plannedState(program), state: 'EXECUTING' })
    : { state: { ...plannedState(program), state: 'AWAITING_APPROVAL' }, skipped: [] };
}

/** The legs after the funding check, with nothing settled and nothing skipped. */
export function plannedState(program: RebalanceProgram): RebalanceState {
  return {
    cash: program.cash,
    sells: createLeg(program.sells),
    buys: createLeg(program.buys, program.fundedBuys),
    pinnedOpen: 0n,
    toUnderlying: 0n,
    residual: 0n,
    corrections: 0n,
    nextIndex: 0,
    state: 'PLANNED',
    pinCursor: 0,
    adjusted: false,
  };
}
