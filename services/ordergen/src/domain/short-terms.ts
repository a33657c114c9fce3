import { err, ok, type Result } from '@trimtab/core';
import {
  BPS_WHOLE,
  abs,
  bpsOf,
  floorDiv,
  max,
  min,
  quantityFor,
  roundDownToLot,
  valueOf,
  type Quote,
} from '@trimtab/decimal';
import { isTooSmall, type OrderConditions } from './order-terms.js';
import { quoteOf } from './price-book.js';

/**
 * What an order for a short asks of a venue (order generation rules, sections 2 and 3): exposure and
 * collateral move in one atomic action, whose net cash never exceeds its amount.
 */

/** Whether the exposure of a position rises or falls; NONE moves collateral only. */
export type ExposureDirection = 'INCREASE' | 'DECREASE' | 'NONE';

/** A short as it was generated. Amounts in base units of the underlying. */
export interface ShortLegs {
  readonly deltaExposure: bigint;
  readonly deltaCollateral: bigint;
  readonly deltaNet: bigint;
  /** The quantity owed when the rebalance was generated, base units of the asset. */
  readonly held: bigint;
  readonly heldCollateral: bigint;
}

/** What an order for a short moves. */
export interface ShortTrade {
  readonly direction: ExposureDirection;
  /** Quantity to sell short or to buy back, a whole number of lots; 0 moves collateral only. */
  readonly quantityIn: bigint;
  /** Collateral to add (above 0) or to release (below 0). */
  readonly collateralDelta: bigint;
}

/** The terms of an order for a short. */
export interface ShortTerms extends ShortTrade {
  readonly kind: 'SHORT';
  /**
   * The least that comes out. Sell leg: the net cash, below 0 where slippage may eat it up. Buy leg:
   * the proceeds of what is sold short, or the quantity that is bought back.
   */
  readonly minimumOut: bigint;
}

/** What a short action is dispatched with. */
export interface ShortDispatch {
  /** The amount of the action now. */
  readonly amount: bigint;
  /** Whether the action is in the sell leg. */
  readonly releasesCash: boolean;
  /** The underlying at hand when its turn comes. */
  readonly cash: bigint;
}

/** The way in which a short's exposure moves; a worthless one that gives back all collateral closes. */
export function directionOfShort(short: ShortLegs, quote: Quote): ExposureDirection {
  if (short.deltaExposure < 0n || closes(short, quote)) return 'DECREASE';
  return short.deltaExposure > 0n ? 'INCREASE' : 'NONE';
}

/**
 * The terms of a short action. Both legs scale with its amount; with Δ = 0 they do not scale.
 * INSUFFICIENT_BALANCE when the cash at hand cannot pay the buy-back, which comes before the release
 * of collateral; BELOW_LOT as for a long.
 */
export function shortTerms(
  short: ShortLegs,
  dispatch: ShortDispatch,
  conditions: OrderConditions,
): Result<ShortTerms, 'BELOW_LOT' | 'INSUFFICIENT_BALANCE'> {
  const quote = quoteOf(conditions.prices, conditions.entry);
  const trade = tradeOfShort(short, dispatch.amount, conditions);
  const { direction, quantityIn, collateralDelta } = trade;
  if (direction !== 'NONE' && isTooSmall(quantityIn, conditions)) return err('BELOW_LOT');
  const gross = costOf(quantityIn, quote) + max(0n, collateralDelta);
  if (direction === 'DECREASE' && gross > dispatch.cash) return err('INSUFFICIENT_BALANCE');
  const minimumOut = dispatch.releasesCash
    ? leastCash(trade, quote, conditions.slippageLimitBps)
    : leastTraded(trade, quote, conditions.slippageLimitBps);
  return ok({ kind: 'SHORT', ...trade, minimumOut });
}

/** What a short action of an amount moves. */
export function tradeOfShort(
  short: ShortLegs,
  amount: bigint,
  conditions: OrderConditions,
): ShortTrade {
  const quote = quoteOf(conditions.prices, conditions.entry);
  return {
    direction: directionOfShort(short, quote),
    quantityIn: quantityOf(short, amount, conditions, quote),
    collateralDelta: scaled(short.deltaCollateral, short, amount),
  };
}

/** What buying a quantity costs: its value, rounded up. */
export function costOf(quantity: bigint, quote: Quote): bigint {
  return -valueOf(-quantity, quote);
}

function closes(short: ShortLegs, quote: Quote): boolean {
  if (short.held === 0n || short.deltaExposure !== -valueOf(short.held, quote)) return false;
  return short.deltaExposure < 0n || short.deltaCollateral === -short.heldCollateral;
}

/** A leg in proportion to the amount, towards 0; the whole leg for the whole amount, and for Δ = 0. */
function scaled(leg: bigint, { deltaNet }: ShortLegs, amount: bigint): bigint {
  const whole = abs(deltaNet);
  if (whole === 0n || amount === whole) return leg;
  const part = floorDiv(abs(leg) * amount, whole);
  return leg < 0n ? -part : part;
}

/** A close is the whole quantity; anything else what the exposure comes to at the reference price. */
function quantityOf(
  short: ShortLegs,
  amount: bigint,
  { entry }: OrderConditions,
  quote: Quote,
): bigint {
  const isWhole = amount === abs(short.deltaNet);
  if (isWhole && closes(short, quote)) return roundDownToLot(short.held, entry.lot);
  const wanted = quantityFor(abs(scaled(short.deltaExposure, short, amount)), quote);
  const allowed = short.deltaExposure < 0n ? min(wanted, short.held) : wanted;
  return roundDownToLot(allowed, entry.lot);
}

function leastCash(trade: ShortTrade, quote: Quote, limitBps: number): bigint {
  const { direction, quantityIn, collateralDelta } = trade;
  if (direction === 'INCREASE') {
    return bpsOf(valueOf(quantityIn, quote), BPS_WHOLE - limitBps) - collateralDelta;
  }
  const worst = -bpsOf(-costOf(quantityIn, quote), BPS_WHOLE + limitBps);
  return -collateralDelta - worst;
}

function leastTraded(trade: ShortTrade, quote: Quote, limitBps: number): bigint {
  const { direction, quantityIn } = trade;
  const whole = direction === 'INCREASE' ? valueOf(quantityIn, quote) : quantityIn;
  return bpsOf(whole, BPS_WHOLE - limitBps);
}
