import { must, refuse, same } from './difference.js';
import { floor, least, most } from './exact.js';
import type { Event } from './event.js';
import type { Action, Held } from './rebalance.js';
import { shortOrder } from './short-order.js';
import { exactValue, valueOf, type Prices } from './snapshot.js';

/** What a report's quantity is measured with. */
export interface Measure {
  readonly prices: Prices;
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
  /** ε of the net amount, in base units of the underlying. */
  readonly netTolerance: bigint;
}

/** One result before it is folded. */
export interface Outcome {
  readonly index: number;
  readonly due: bigint;
  readonly filled: bigint;
  /** The cash before it. */
  readonly cash: bigint;
}

/**
 * Requires what counts as filled to follow from what was executed (order generation rules, section
 * 4): of a buy what it spent; of a long's sell the value of the quantity, and the whole amount when
 * less than the price of one base unit is missing; of a short's the part of its order.
 */
export function checkFilled(measure: Measure, event: Event, outcome: Outcome): void {
  const { index, due, filled, cash } = outcome;
  const moved = event.cashMoved ?? 0n;
  const action =
    measure.actions[index] ?? refuse(`${event.path}.index`, String(index), 'an action');
  if (action.group === 3) {
    must(`${event.path}.cashMoved`, moved <= due, moved, `at most ${due}`);
    same(`${event.path}.filled`, filled, most(0n, least(moved, due)));
    return;
  }
  const short = moved < 0n && cash + moved < 0n;
  must(`${event.path}.cashMoved`, !short, moved, `at least ${-cash}`);
  const { quantity } = event;
  // An action that was never sent has executed nothing, not even a remainder too small to see.
  const of = quantity === undefined ? 0n : filledOf(measure, event, action, { due, quantity });
  same(`${event.path}.filled`, filled, most(0n, least(of, due)));
}

interface Sold {
  readonly due: bigint;
  readonly quantity: bigint;
}

function filledOf(measure: Measure, event: Event, action: Action, sold: Sold): bigint {
  return action.side === 'SHORT'
    ? filledOfShort(measure, event, action, sold)
    : filledOfLong(measure, event, action, sold);
}

function filledOfLong(
  { prices, netTolerance }: Measure,
  { path }: Event,
  { assetId }: Action,
  { due, quantity }: Sold,
): bigint {
  const value = valueOf(prices, path, assetId, quantity);
  if (value >= due) return due;
  if (due - value > netTolerance) return value;
  // One base unit more would be too much: less than its price is missing.
  const more = exactValue(prices, path, assetId, quantity + 1n);
  return more.top > due * more.bottom ? due : value;
}

/** In quantity, or in collateral if no quantity is ordered. */
function filledOfShort(
  { prices, held }: Measure,
  event: Event,
  action: Action,
  { due, quantity }: Sold,
): bigint {
  const now = held.find(({ assetId, side }) => assetId === action.assetId && side === 'SHORT');
  const order = shortOrder(prices, action, now, due);
  if (order.quantity > 0n) return floor(due * quantity, order.quantity);
  if (order.released > 0n) return floor(due * -(event.collateral ?? 0n), order.released);
  return event.execType === 'FILL' ? due : 0n;
}
