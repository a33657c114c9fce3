import {
  BPS_WHOLE,
  abs,
  bpsOf,
  floorDiv,
  quantityFor,
  roundDownToLot,
  valueOf,
  type Quote,
} from '@trimtab/decimal';
import type { Order } from './order.js';
import type { ActionView, Balance, Refusal } from './revalidate.js';

/**
 * What an order gives and has to get is what its amount comes to at the reference price (order
 * generation rules, section 3); an order that gives more, or takes less, is not the plan's.
 */

/** What the exact terms of an order are measured with. */
export interface ExactTermsContext {
  readonly action: ActionView;
  readonly balance: Balance;
  /** At the order's reference price. */
  readonly reference: Quote;
  /** Base units of the asset. */
  readonly lot: bigint;
}

/** Whether the order gives at most what its amount buys, for at least what the limit leaves of it. */
export function checkExactTerms(order: Order, context: ExactTermsContext): Refusal | undefined {
  const given = order.exactIn?.kind === 'QUANTITY' ? order.exactIn.quantity : 0n;
  const most = mostGiven(order, context);
  if (given > most) return mismatch('quantity_in', `was ${given}, must be at most ${most}`);
  const least = leastOut(order, given, context);
  if (order.minimumOut >= least) return undefined;
  return mismatch('minimum_out', `was ${order.minimumOut}, must be at least ${least}`);
}

/** The whole position for the whole amount of an exit, else what the exposure that moves is worth. */
function mostGiven(order: Order, { action, balance, reference }: ExactTermsContext): bigint {
  const { amount } = order;
  const isWhole = amount === action.cap;
  if (order.side === 'LONG') {
    return isWhole ? balance.quantity : quantityFor(amount, reference);
  }
  const { cap, deltaExposure } = action;
  const closes = isWhole && deltaExposure === -valueOf(balance.quantity, reference);
  if (closes && order.direction === 'DECREASE') return balance.quantity;
  const exposure = abs(deltaExposure);
  return quantityFor(isWhole ? exposure : floorDiv(exposure * amount, cap), reference);
}

/** What the slippage limit leaves at the reference price. */
function leastOut(order: Order, given: bigint, { reference, lot }: ExactTermsContext): bigint {
  const { exactIn, side, direction, collateralDelta, slippageLimitBps } = order;
  const less = (expected: bigint): bigint => bpsOf(expected, BPS_WHOLE - slippageLimitBps);
  if (exactIn?.kind === 'UNDERLYING') {
    return less(roundDownToLot(quantityFor(exactIn.underlying, reference), lot));
  }
  if (side === 'LONG') return less(valueOf(given, reference));
  if (!order.releasesCash) {
    return less(direction === 'INCREASE' ? valueOf(given, reference) : given);
  }
  if (direction === 'INCREASE') return less(valueOf(given, reference)) - collateralDelta;
  // A buy-back costs its value rounded up, and with slippage up again.
  return -collateralDelta + bpsOf(valueOf(-given, reference), BPS_WHOLE + slippageLimitBps);
}

function mismatch(field: string, found: string): Refusal {
  return { reason: 'PLAN_HASH_MISMATCH', message: `${field} ${found}` };
}
