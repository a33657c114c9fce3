import { floorDiv, max, min } from '@trimtab/decimal';
import type { Orders } from './fold.fixture.js';

/**
 * The rules of recalibration once more, without the four integers and without the pin order: every
 * remaining amount is written down after each result and every cap is looked at. Two readings of the
 * source that are wrong can be switched on, to show which promise each of them breaks.
 */
export interface NaiveReading {
  /** LITERAL counts the failed sell in the total that the factor divides by. */
  readonly factor: 'REMAINING' | 'LITERAL';
  /** IGNORED lets a sell grow beyond what is held. */
  readonly caps: 'KEPT' | 'IGNORED';
}

interface NaiveAction {
  readonly index: number;
  readonly original: bigint;
  /** Undefined for a buy. */
  readonly cap?: bigint;
  amount: bigint;
  pinned: boolean;
}

/** A rebalance as a list of its remaining actions. */
export interface NaiveState {
  cash: bigint;
  toUnderlying: bigint;
  residual: bigint;
  open: NaiveAction[];
}

/** The rebalance that our rules describe. */
export const OURS: NaiveReading = { factor: 'REMAINING', caps: 'KEPT' };

/** Starts with the funding check. */
export function naiveStart(orders: Orders): NaiveState {
  const cash = orders.cash ?? 0n;
  const sells = orders.sells.map(([original, cap], index) => ({
    index,
    original,
    cap,
    amount: original,
    pinned: false,
  }));
  const buys = orders.buys.map((original, place) => ({
    index: sells.length + place,
    original,
    amount: original,
    pinned: false,
  }));
  const state = { cash, toUnderlying: 0n, residual: 0n, open: [...sells, ...buys] };
  const planned = sumOf(buys);
  const missing = max(0n, (orders.floor ?? 0n) - (cash + sumOf(sells) - planned));
  if (missing > 0n) apportion(buysOf(state), max(0n, planned - missing));
  return state;
}

/** One result of the first open action. */
export function naiveResult(
  state: NaiveState,
  result: { readonly filled: bigint; readonly cashMoved: bigint },
  floor: bigint,
  reading: NaiveReading = OURS,
): void {
  const cushion = max(0n, state.cash + sumOf(sellsOf(state)) - sumOf(buysOf(state)) - floor);
  const action = state.open.shift();
  if (action === undefined) throw new Error('no action is open');
  if (action.cap === undefined) {
    state.cash -= result.cashMoved;
    state.toUnderlying += action.amount - result.cashMoved;
    return;
  }
  state.cash += result.cashMoved;
  const slip = result.filled - result.cashMoved;
  const taken = min(slip, cushion);
  state.toUnderlying -= taken;
  shrinkBuys(state, slip - taken);
  const failed = action.amount - result.filled;
  if (failed > 0n) scale(state, failed, reading);
}

function scale(state: NaiveState, unfilled: bigint, reading: NaiveReading): void {
  let failed = unfilled;
  for (;;) {
    const free = sellsOf(state).filter(({ pinned }) => !pinned);
    const [sells, buys] = [sumOf(free), sumOf(buysOf(state))];
    const counted = sells + buys + (reading.factor === 'LITERAL' ? failed : 0n);
    const up = counted === 0n ? 0n : floorDiv(failed * sells, counted);
    const base = free.reduce((total, { original }) => total + original, 0n);
    const over = free
      .filter(({ original, cap }) => original > 0n && original * (sells + up) > (cap ?? 0n) * base)
      .sort((left, right) => {
        const ratio = (left.cap ?? 0n) * right.original - (right.cap ?? 0n) * left.original;
        return ratio === 0n ? left.index - right.index : ratio < 0n ? -1 : 1;
      })[0];
    if (over === undefined || reading.caps === 'IGNORED') {
      apportion(free, sells + up);
      const down =
        reading.factor === 'LITERAL' && counted > 0n
          ? floorDiv(failed * buys, counted)
          : failed - up;
      apportion(buysOf(state), max(0n, buys - down));
      state.residual += max(0n, down - buys);
      return;
    }
    const cap = over.cap ?? 0n;
    const share = min(floorDiv(over.original * sells, base), cap);
    over.pinned = true;
    over.amount = cap;
    failed -= cap - share;
    const rest = free.filter((sell) => sell !== over);
    apportion(rest, sells - share);
  }
}

function shrinkBuys(state: NaiveState, loss: bigint): void {
  if (loss <= 0n) return;
  const buys = buysOf(state);
  const shrink = min(loss, sumOf(buys));
  if (shrink > 0n) apportion(buys, sumOf(buys) - shrink);
  state.residual += loss - shrink;
}

/** Cumulative floor over the original amounts. */
function apportion(actions: readonly NaiveAction[], total: bigint): void {
  const base = actions.reduce((sum, { original }) => sum + original, 0n);
  let [seen, paid] = [0n, 0n];
  for (const action of actions) {
    seen += action.original;
    const upTo = base === 0n ? 0n : floorDiv(seen * total, base);
    action.amount = upTo - paid;
    paid = upTo;
  }
}

/** The open sells, or the open buys. */
export function sellsOf(state: NaiveState): NaiveAction[] {
  return state.open.filter(({ cap }) => cap !== undefined);
}

/** The open buys. */
export function buysOf(state: NaiveState): NaiveAction[] {
  return state.open.filter(({ cap }) => cap === undefined);
}

/** What actions add up to. */
export function sumOf(actions: readonly NaiveAction[]): bigint {
  return actions.reduce((total, { amount }) => total + amount, 0n);
}
