import { domainError, err, ok, type DomainError, type Result } from '@trimtab/core';
import type { ActionResult } from './fold-input.js';
import { createLeg } from './leg.js';
import {
  hasEnded,
  openBuys,
  openSells,
  type RebalanceLifecycle,
  type RebalanceState,
} from './rebalance-state.js';

/** The states of a rebalance and the ways between them (order generation rules, section 5). */

/** AWAITING_APPROVAL → EXECUTING; the caller advances to the first dispatch. */
export function approve(state: RebalanceState): Result<RebalanceState, DomainError> {
  return state.state === 'AWAITING_APPROVAL'
    ? ok({ ...state, state: 'EXECUTING' })
    : err(wrongState(state.state, 'approved', 'AWAITING_APPROVAL'));
}

/** Stops further dispatch; with an action out it waits for the final report. */
export function cancel(state: RebalanceState): Result<RebalanceState, DomainError> {
  if (state.state === 'AWAITING_APPROVAL') return ok(close(state, 'CANCELLED'));
  return state.state === 'EXECUTING'
    ? ok({ ...state, state: 'CANCELLING' })
    : err(wrongState(state.state, 'cancelled', 'AWAITING_APPROVAL or EXECUTING'));
}

/** As {@link cancel}, because the expire time has passed. */
export function expire(state: RebalanceState): Result<RebalanceState, DomainError> {
  if (state.state === 'AWAITING_APPROVAL') return ok(close(state, 'EXPIRED'));
  return state.state === 'EXECUTING'
    ? ok({ ...state, state: 'EXPIRING' })
    : err(wrongState(state.state, 'expired', 'AWAITING_APPROVAL or EXECUTING'));
}

/** Freezes a rebalance as it is: nothing is closed, so that the breach can be looked at. */
export function fault(state: RebalanceState): Result<RebalanceState, DomainError> {
  return hasEnded(state.state)
    ? err(wrongState(state.state, 'faulted', 'a state that has not ended'))
    : ok({ ...state, state: 'FAULTED' });
}

/**
 * Where a result leads besides its settlement: a refused run is ABORTED, a cancelling or expiring
 * one ends with the final report of its open action, an executing one goes on.
 */
export function afterResult(state: RebalanceState, result: ActionResult): RebalanceState {
  if (result.reason === 'PLAN_HASH_MISMATCH' || result.reason === 'BUNDLE_HASH_MISMATCH') {
    return close(state, 'ABORTED');
  }
  if (state.state === 'CANCELLING') return close(state, 'CANCELLED');
  return state.state === 'EXPIRING' ? close(state, 'EXPIRED') : state;
}

/**
 * Ends a rebalance early: what is executed stays, the rest goes to the underlying. The open buys are
 * not spent and the open sells not raised, so `toUnderlying` changes by their difference and both
 * legs are empty.
 */
function close(state: RebalanceState, end: RebalanceLifecycle): RebalanceState {
  return {
    ...state,
    sells: createLeg(0n),
    buys: createLeg(0n),
    pinnedOpen: 0n,
    toUnderlying: state.toUnderlying + openBuys(state) - openSells(state),
    state: end,
  };
}

function wrongState(state: RebalanceLifecycle, verb: string, allowed: string): DomainError {
  return domainError(
    'FAILED_PRECONDITION',
    'REBALANCE_STATE_INVALID',
    `the rebalance was ${state}, can be ${verb} in ${allowed} only`,
    { state },
  );
}
