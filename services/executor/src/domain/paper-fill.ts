import {
  BPS_WHOLE,
  bpsOf,
  ceilDiv,
  floorDiv,
  max,
  min,
  quantityFor,
  roundDownToLot,
  valueOf,
  type Decimal,
} from '@trimtab/decimal';
import { NOTHING, rejection, type Executed, type VenueReport } from './execution-report.js';
import { quotedPrice } from './maker-quote.js';
import type { ExactIn } from './order.js';
import { tradeShort } from './paper-short.js';
import { slippageBps, type PaperFill, type Trade } from './paper-trade.js';
import { checkPrice } from './revalidate.js';

/**
 * How the paper venue fills. Where market makers quote: at the best quote, a sell at the highest bid and
 * a buy at the lowest ask, without slippage and without a fee, because the spread is what the trade
 * costs. Elsewhere: at the oracle's price, worsened by a slippage that is drawn from the seed and the
 * order's id, so that the same order fills alike on every machine and in every run, and with a fee.
 */

/** The venue's reports of one order, in sequence; the last one is final. */
export function fillOnPaper(fill: PaperFill): readonly VenueReport[] {
  const { exactIn, orderId, side } = fill.order;
  const venueReference = `paper-${orderId.slice(0, 12)}`;
  if (side === 'LONG' && exactIn === undefined) {
    return [rejection('VENUE_REJECTED', venueReference)];
  }
  const quoted = quotedPrice(fill.order, fill.market);
  if (quoted !== undefined && checkPrice(fill.order, quoted) !== undefined) {
    return [rejection('SLIPPAGE_EXCEEDED', venueReference)];
  }
  const met = quoted === undefined ? fill : atQuote(fill, quoted);
  const trade = side === 'SHORT' ? tradeShort(met) : tradeLong(met, exactIn);
  const { executed } = trade;
  if (trade.goneIn === 0n) return [rejection('BELOW_LOT', venueReference)];
  if (isBelowMinimum(fill.order.minimumOut, trade)) {
    return [rejection('SLIPPAGE_EXCEEDED', venueReference)];
  }
  if (trade.rest === undefined) return [{ execType: 'FILL', executed, venueReference }];
  return [
    { execType: 'PARTIAL_FILL', executed, venueReference },
    { execType: 'CANCELED', executed, failureReason: trade.rest, venueReference },
  ];
}

/** The maker takes its spread and nothing else: what is drawn and charged elsewhere is 0. */
function atQuote(fill: PaperFill, price: Decimal): PaperFill {
  const market = { ...fill.market, price };
  return { ...fill, market, model: { ...fill.model, maxSlippageBps: 0, feeBps: 0 } };
}

function tradeLong(fill: PaperFill, exactIn: ExactIn | undefined): Trade {
  return exactIn?.kind === 'UNDERLYING'
    ? buy(fill, exactIn.underlying)
    : sell(fill, exactIn?.quantity ?? 0n);
}

/**
 * Proceeds are floored and the fee is rounded up: the venue never gives more than it has. A sell may
 * always end a position, so no minimum order holds it; what is no whole lot stays.
 */
function sell({ order, market, model, fillBps }: PaperFill, ordered: bigint): Trade {
  const part = fillBps >= BPS_WHOLE ? ordered : bpsOf(ordered, fillBps);
  const quantity = roundDownToLot(part, market.lot);
  const gross = bpsOf(valueOf(quantity, market), BPS_WHOLE - slippageBps(order, model));
  const fee = ceilDiv(gross * BigInt(model.feeBps), BigInt(BPS_WHOLE));
  const executed = { ...NOTHING, quantity, underlying: gross - fee, fee };
  const trade = { executed, orderedIn: ordered, goneIn: quantity, out: executed.underlying };
  if (fillBps < BPS_WHOLE) return { ...trade, rest: 'INSUFFICIENT_LIQUIDITY' };
  return quantity === ordered ? trade : { ...trade, rest: 'BELOW_LOT' };
}

/** Spends what goes in, fee included, less what a rounding to the lot leaves over. */
function buy({ order, market, model, fillBps }: PaperFill, ordered: bigint): Trade {
  const budget = fillBps >= BPS_WHOLE ? ordered : bpsOf(ordered, fillBps);
  const whole = BigInt(BPS_WHOLE);
  const feeBps = BigInt(model.feeBps);
  const fee = ceilDiv(budget * feeBps, whole + feeBps);
  const worsened = whole + BigInt(slippageBps(order, model));
  const affordable = floorDiv(quantityFor(budget - fee, market) * whole, worsened);
  const quantity = roundDownToLot(affordable, market.lot);
  const cost = min(ceilDiv((valueOf(quantity, market) + 1n) * worsened, whole), budget - fee);
  const costFee = min(ceilDiv(cost * feeBps, whole), fee);
  // The minimum is for the order; a part of an order that is large enough may be smaller.
  const orderable = floorDiv(affordable * ordered, max(budget, 1n));
  const tooSmall = quantity === 0n || orderable < market.minimumOrder;
  let executed: Executed = { ...NOTHING, quantity, underlying: cost + costFee, fee: costFee };
  if (quantity === affordable) executed = { ...NOTHING, quantity, underlying: budget, fee };
  if (tooSmall) executed = NOTHING;
  const trade = {
    executed,
    orderedIn: ordered,
    goneIn: executed.underlying,
    out: executed.quantity,
  };
  return fillBps < BPS_WHOLE ? { ...trade, rest: 'INSUFFICIENT_LIQUIDITY' } : trade;
}

/**
 * The minimum out is promised for all that the order gives away, and in proportion for a part of it,
 * whether the venue executed a part or a whole lot left a rest.
 */
function isBelowMinimum(minimumOut: bigint, { orderedIn, goneIn, out }: Trade): boolean {
  return out < floorDiv(minimumOut * goneIn, orderedIn);
}
