import { contentHash } from '@trimtab/canonical';
import {
  BPS_WHOLE,
  bpsOf,
  ceilDiv,
  floorDiv,
  min,
  quantityFor,
  roundDownToLot,
  valueOf,
  type Quote,
} from '@trimtab/decimal';
import { NOTHING, rejection, type Executed, type VenueReport } from './execution-report.js';
import type { Order } from './order.js';

/**
 * How the paper venue fills: at the oracle's price, worsened by a slippage that is drawn from the seed
 * and the order's id, so that the same order fills alike on every machine and in every run.
 */

/** The market an order meets. */
export interface PaperMarket extends Quote {
  /** Quantities are whole lots, in base units of the asset. */
  readonly lot: bigint;
  /** The least quantity of an order, in base units of the asset. */
  readonly minimumOrder: bigint;
}

/** The venue's manners. */
export interface PaperModel {
  readonly seed: string;
  /** Slippage is drawn from 0 to this, both included. */
  readonly maxSlippageBps: number;
  readonly feeBps: number;
}

/** How much of the order the venue executes. */
export interface PaperFill {
  readonly order: Order;
  readonly market: PaperMarket;
  readonly model: PaperModel;
  /** Part of what goes in that is executed, 1 to 10 000; 10 000 is all of it. */
  readonly fillBps: number;
}

/** The venue's reports of one order, in sequence; the last one is final. */
export function fillOnPaper(fill: PaperFill): readonly VenueReport[] {
  const { order } = fill;
  const venueReference = `paper-${order.orderId.slice(0, 12)}`;
  if (order.side === 'SHORT' || order.exactIn === undefined) {
    return [rejection('VENUE_REJECTED', venueReference)];
  }
  const executed = order.exactIn.kind === 'QUANTITY' ? sell(fill) : buy(fill);
  const belowLot = executed.quantity === 0n || executed.quantity < fill.market.minimumOrder;
  if (belowLot) return [rejection('BELOW_LOT', venueReference)];
  if (isBelowMinimum(fill, executed)) return [rejection('SLIPPAGE_EXCEEDED', venueReference)];
  if (fill.fillBps >= BPS_WHOLE) return [{ execType: 'FILL', executed, venueReference }];
  return [
    { execType: 'PARTIAL_FILL', executed, venueReference },
    { execType: 'CANCELED', executed, failureReason: 'INSUFFICIENT_LIQUIDITY', venueReference },
  ];
}

/** Proceeds are floored and the fee is rounded up: the venue never gives more than it has. */
function sell({ order, market, model, fillBps }: PaperFill): Executed {
  const ordered = order.exactIn?.kind === 'QUANTITY' ? order.exactIn.quantity : 0n;
  const quantity =
    fillBps >= BPS_WHOLE ? ordered : roundDownToLot(bpsOf(ordered, fillBps), market.lot);
  if (quantity === 0n) return NOTHING;
  const gross = bpsOf(valueOf(quantity, market), BPS_WHOLE - slippageBps(order, model));
  const fee = ceilDiv(gross * BigInt(model.feeBps), BigInt(BPS_WHOLE));
  return { quantity, underlying: gross - fee, fee };
}

/** Spends what goes in, fee included, less what a rounding to the lot leaves over. */
function buy({ order, market, model, fillBps }: PaperFill): Executed {
  const ordered = order.exactIn?.kind === 'UNDERLYING' ? order.exactIn.underlying : 0n;
  const budget = fillBps >= BPS_WHOLE ? ordered : bpsOf(ordered, fillBps);
  const whole = BigInt(BPS_WHOLE);
  const feeBps = BigInt(model.feeBps);
  const fee = ceilDiv(budget * feeBps, whole + feeBps);
  const worsened = whole + BigInt(slippageBps(order, model));
  const affordable = floorDiv(quantityFor(budget - fee, market) * whole, worsened);
  const quantity = roundDownToLot(affordable, market.lot);
  if (quantity === 0n) return NOTHING;
  if (quantity === affordable) return { quantity, underlying: budget, fee };
  const cost = min(ceilDiv((valueOf(quantity, market) + 1n) * worsened, whole), budget - fee);
  const costFee = min(ceilDiv(cost * feeBps, whole), fee);
  return { quantity, underlying: cost + costFee, fee: costFee };
}

/** The minimum out is promised for the whole order, and in proportion for a part of it. */
function isBelowMinimum({ order, fillBps }: PaperFill, executed: Executed): boolean {
  const out = order.exactIn?.kind === 'QUANTITY' ? executed.underlying : executed.quantity;
  return out < bpsOf(order.minimumOut, fillBps);
}

/** A draw from 0 to maxSlippageBps that depends on the seed and the order only. */
function slippageBps(order: Order, model: PaperModel): number {
  const draw = contentHash('trimtab/paper-slippage/v1', {
    seed: model.seed,
    orderId: order.orderId,
  });
  return parseInt(draw.slice(0, 8), 16) % (model.maxSlippageBps + 1);
}
