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
  const expected =
    action.side === 'SHORT'
      ? filledOfShort(measure, event, action, due)
      : filledOfSell(measure, event, action, due);
  same(`${event.path}.filled`, filled, most(0n, least(expected, due)));
}

function filledOfSell(measure: Measure, event: Event, action: Action, due: bigint): bigint {
  const { prices, netTolerance } = measure;
  const quantity = event.quantity ?? 0n;
  const value = valueOf(prices, event.path, action.assetId, quantity);
  if (value >= due) return due;
  if (due - value > netTolerance) return value;
  // One base unit more would be too much: less than its price is missing.
  const more = exactValue(prices, event.path, action.assetId, quantity + 1n);
  return more.top > due * more.bottom ? due : value;
}

/** In quantity, or in collateral if no quantity is ordered. */
function filledOfShort(measure: Measure, event: Event, action: Action, due: bigint): bigint {
  const { prices, held } = measure;
  const now = held.find(({ assetId, side }) => assetId === action.assetId && side === 'SHORT');
  const order = shortOrder(prices, action, now, due);
  // An action that was never sent has no quantity of its own.
  if (event.quantity === undefined) return 0n;
  if (order.quantity > 0n) return floor(due * event.quantity, order.quantity);
  if (order.released > 0n) return floor(due * -(event.collateral ?? 0n), order.released);
  return event.execType === 'FILL' ? due : 0n;
}
