import type { Leg } from '../../domain/leg.js';
import type { RebalanceLifecycle, RebalanceState } from '../../domain/rebalance-state.js';
import { oneOf } from './row-values.js';

/** The states that a stored rebalance can be in. */
export const LIFECYCLES: readonly RebalanceLifecycle[] = [
  'PLANNED',
  'AWAITING_APPROVAL',
  'EXECUTING',
  'COMPLETED',
  'COMPLETED_ADJUSTED',
  'CANCELLING',
  'CANCELLED',
  'EXPIRING',
  'EXPIRED',
  'ABORTED',
  'FAULTED',
];

interface LegJson {
  readonly base: string;
  readonly total: string;
  readonly seen: string;
  readonly paid: string;
}

interface FoldJson {
  readonly cash: string;
  readonly sells: LegJson;
  readonly buys: LegJson;
  readonly pinnedOpen: string;
  readonly toUnderlying: string;
  readonly residual: string;
  readonly corrections: string;
  readonly nextIndex: number;
  readonly state: string;
  readonly pinCursor: number;
  readonly adjusted: boolean;
}

/** The state of the fold as the row keeps it: of one size whatever the number of actions. */
export function foldToText(state: RebalanceState): string {
  const json: FoldJson = {
    cash: state.cash.toString(),
    sells: legToJson(state.sells),
    buys: legToJson(state.buys),
    pinnedOpen: state.pinnedOpen.toString(),
    toUnderlying: state.toUnderlying.toString(),
    residual: state.residual.toString(),
    corrections: state.corrections.toString(),
    nextIndex: state.nextIndex,
    state: state.state,
    pinCursor: state.pinCursor,
    adjusted: state.adjusted,
  };
  return JSON.stringify(json);
}

/** Reads what {@link foldToText} wrote. */
export function foldFromText(text: string): RebalanceState {
  const json = JSON.parse(text) as FoldJson;
  return {
    cash: BigInt(json.cash),
    sells: legFromJson(json.sells),
    buys: legFromJson(json.buys),
    pinnedOpen: BigInt(json.pinnedOpen),
    toUnderlying: BigInt(json.toUnderlying),
    residual: BigInt(json.residual),
    corrections: BigInt(json.corrections),
    nextIndex: json.nextIndex,
    state: oneOf(LIFECYCLES, json.state),
    pinCursor: json.pinCursor,
    adjusted: json.adjusted,
  };
}

function legToJson(leg: Leg): LegJson {
  return {
    base: leg.base.toString(),
    total: leg.total.toString(),
    seen: leg.seen.toString(),
    paid: leg.paid.toString(),
  };
}

function legFromJson(json: LegJson): Leg {
  return {
    base: BigInt(json.base),
    total: BigInt(json.total),
    seen: BigInt(json.seen),
    paid: BigInt(json.paid),
  };
}
