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

/** What an order meets: the price of the snapshot, the terms of the asset, and what a maker quotes. */
export interface Market extends Quote {
  readonly lot: bigint;
  readonly minimumOrder: bigint;
  /** Bid and ask of a fresh quote; absent: the venue fills at the price, with its slippage and fee. */
  readonly quoted: Pick<QuotedPrices, 'bid' | 'ask'> | undefined;
}

interface QuotedPrices {
  readonly bid: Quote['price'];
  readonly ask: Quote['price'];
}

/** How the venue fills what no maker quotes. */
export interface VenueModel {
  readonly seed: string;
  /** Slippage is drawn from 0 to this, both included. */
  readonly maxSlippageBps: number;
  readonly feeBps: number;
}

/** What was traded; cash is what really moved, fee included. */
export interface Trade {
  /** In base units of the asset. */
  readonly quantity: bigint;
  /** In base units of the underlying, at least 0: proceeds of a sale, cost of a purchase. */
  readonly cash: bigint;
  readonly fee: bigint;
  readonly slippageBps: number;
}

/** Why nothing was traded. */
export type Rejection = 'BELOW_LOT' | 'SLIPPAGE_EXCEEDED';

/** An order of a rebalance. */
export interface OrderContext {
  readonly orderId: string;
  readonly market: Market;
  readonly venue: VenueModel;
  /** The least that comes out is this much below what the price of the snapshot gives. */
  readonly slippageLimitBps: number;
}

const WHOLE = BigInt(BPS_WHOLE);

/**
 * Sells a quantity: floored to the lot, proceeds floored, fee rounded up (order generation rules,
 * section 3). At the bid of a fresh quote, else at the price less the slippage drawn.
 */
export function fillSell(held: bigint, order: OrderContext): Trade | Rejection {
  const { market, slippageLimitBps } = order;
  const { price, slippageBps, feeBps } = termsOf(order, market.quoted?.bid);
  const quantity = roundDownToLot(held, market.lot);
  if (quantity === 0n) return 'BELOW_LOT';
  const gross = bpsOf(valueOf(quantity, { ...market, price }), BPS_WHOLE - slippageBps);
  const fee = ceilDiv(gross * BigInt(feeBps), WHOLE);
  const minimumOut = bpsOf(valueOf(quantity, market), BPS_WHOLE - slippageLimitBps);
  if (gross - fee < minimumOut) return 'SLIPPAGE_EXCEEDED';
  return { quantity, cash: gross - fee, fee, slippageBps };
}

/**
 * Buys for an amount of the underlying at most, fee included; the quantity is floored to the lot and
 * not below the minimum order. At the ask of a fresh quote, else at the price plus the slippage drawn.
 */
export function fillBuy(budget: bigint, order: OrderContext): Trade | Rejection {
  const { market, slippageLimitBps } = order;
  const { price, slippageBps, feeBps } = termsOf(order, market.quoted?.ask);
  const worsened = WHOLE + BigInt(slippageBps);
  const mostFee = ceilDiv(budget * BigInt(feeBps), WHOLE + BigInt(feeBps));
  const terms = { ...market, price };
  const affordable = floorDiv(quantityFor(budget - mostFee, terms) * WHOLE, worsened);
  const quantity = roundDownToLot(affordable, market.lot);
  if (quantity === 0n || affordable < market.minimumOrder) return 'BELOW_LOT';
  const expected = roundDownToLot(quantityFor(budget, market), market.lot);
  if (quantity < bpsOf(expected, BPS_WHOLE - slippageLimitBps)) return 'SLIPPAGE_EXCEEDED';
  // Rounded up: the venue never gives more than it is paid for.
  const value = -valueOf(-quantity, terms);
  const cost = min(ceilDiv(value * worsened, WHOLE), budget - mostFee);
  const fee = min(ceilDiv(cost * BigInt(feeBps), WHOLE), mostFee);
  return { quantity, cash: cost + fee, fee, slippageBps };
}

interface FillTerms {
  readonly price: Quote['price'];
  readonly slippageBps: number;
  readonly feeBps: number;
}

/** A maker's quote is the whole price: its spread is what the trade costs. */
function termsOf(
  { orderId, market, venue }: OrderContext,
  quoted: Quote['price'] | undefined,
): FillTerms {
  if (quoted !== undefined) return { price: quoted, slippageBps: 0, feeBps: 0 };
  return { price: market.price, slippageBps: drawSlippage(orderId, venue), feeBps: venue.feeBps };
}

/** A draw from 0 to the most that depends on the seed and the order only. */
export function drawSlippage(
  orderId: string,
  { seed, maxSlippageBps }: Pick<VenueModel, 'seed' | 'maxSlippageBps'>,
): number {
  const draw = contentHash('trimtab/paper-slippage/v1', { seed, orderId });
  return parseInt(draw.slice(0, 8), 16) % (maxSlippageBps + 1);
}
