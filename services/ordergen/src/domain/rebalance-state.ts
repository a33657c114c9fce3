import type { Leg } from './leg.js';
import { openTotal } from './leg.js';

/** The state of a rebalance (order generation rules, sections 3 to 5). */

/** Where a rebalance is in its life. */
export type RebalanceLifecycle =
  | 'PLANNED'
  | 'AWAITING_APPROVAL'
  | 'EXECUTING'
  | 'COMPLETED'
  | 'COMPLETED_ADJUSTED'
  | 'CANCELLING'
  | 'CANCELLED'
  | 'EXPIRING'
  | 'EXPIRED'
  | 'ABORTED'
  | 'FAULTED';

/** Where an action is in its life. */
export type ActionState =
  'PENDING' | 'DISPATCHED' | 'PARTIALLY_FILLED' | 'FILLED' | 'FAILED' | 'LOCKED' | 'SKIPPED';

/** The state after an event: immutable, and of one size whatever the number of actions. */
export interface RebalanceState {
  /** Underlying at hand, in base units; below 0 puts the hold DEFICIT on the vault. */
  readonly cash: bigint;
  /** The sells that are not pinned. */
  readonly sells: Leg;
  readonly buys: Leg;
  /** Σ amounts of the pinned sells that are still open. */
  readonly pinnedOpen: bigint;
  /** What went to the underlying beyond its target: unspent buys, price gains and losses. */
  readonly toUnderlying: bigint;
  /** Money that no remaining action could absorb. */
  readonly residual: bigint;
  /** Σ corrections. */
  readonly corrections: bigint;
  /** The index whose result is next; the number of actions when none is. */
  readonly nextIndex: number;
  readonly state: RebalanceLifecycle;
  /**
   * The first place in the pin order that is neither pinned nor settled. Follows from `nextIndex`
   * and the pins of the events so far, so it is stored but not hashed.
   */
  readonly pinCursor: number;
  /**
   * Whether an action so far was not filled as planned. Follows from the events so far, so it is
   * stored but not hashed.
   */
  readonly adjusted: boolean;
}

/** What the open sells add up to, pinned ones included. */
export function openSells(state: RebalanceState): bigint {
  return openTotal(state.sells) + state.pinnedOpen;
}

/** What the open buys add up to. */
export function openBuys(state: RebalanceState): bigint {
  return openTotal(state.buys);
}

/** P: the cash that is left when everything open executes as planned. */
export function projectedCash(state: RebalanceState): bigint {
  return state.cash + openSells(state) - openBuys(state);
}

const ENDED: ReadonlySet<RebalanceLifecycle> = new Set([
  'COMPLETED',
  'COMPLETED_ADJUSTED',
  'CANCELLED',
  'EXPIRED',
  'ABORTED',
  'FAULTED',
]);

/** Whether nothing will be dispatched or awaited any more. */
export function hasEnded(state: RebalanceLifecycle): boolean {
  return ENDED.has(state);
}

/** Whether an action is out and its final report is awaited. */
export function awaitsResult(state: RebalanceLifecycle): boolean {
  return state === 'EXECUTING' || state === 'CANCELLING' || state === 'EXPIRING';
}
