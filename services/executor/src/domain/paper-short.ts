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
  type Quote,
} from '@trimtab/decimal';
import { NOTHING } from './execution-report.js';
import { slippageBps, type PaperFill, type Trade } from './paper-trade.js';

/**
 * How the paper venue trades a short: exposure and collateral in one atomic trade. A sale or a
 * buy-back comes first, collateral after. The net cash never exceeds the amount: opening adds less
 * collateral by what price and fee cost, closing buys back less where it needs cash. A close that
 * releases cash pays them out of what it releases.
 */
export function tradeShort(fill: PaperFill): Trade {
  const { exactIn, direction } = fill.order;
  if (direction === 'NONE' || exactIn?.kind !== 'QUANTITY') return moveCollateral(fill);
  const isPart = fill.fillBps < BPS_WHOLE;
  const ordered = exactIn.quantity;
  const wanted = isPart ? bpsOf(ordered, fill.fillBps) : ordered;
  const part = partOf(fill, roundDownToLot(wanted, fill.market.lot), ordered);
  const trade = direction === 'INCREASE' ? sellShort(fill, part) : buyBack(fill, part);
  if (direction === 'INCREASE' && ordered < fill.market.minimumOrder) {
    return { ...trade, goneIn: 0n };
  }
  if (isPart) return { ...trade, rest: 'INSUFFICIENT_LIQUIDITY' };
  return part.quantity === ordered ? trade : { ...trade, rest: 'BELOW_LOT' };
}

/** The share of the order that is executed: of its quantity, and of what goes with it. */
interface Part {
  readonly ordered: bigint;
  readonly quantity: bigint;
  readonly amount: bigint;
  readonly collateral: bigint;
}

function partOf({ order }: PaperFill, quantity: bigint, ordered: bigint): Part {
  if (ordered === 0n || quantity === ordered) {
    return { ordered, quantity, amount: order.amount, collateral: order.collateralDelta };
  }
  // BigInt division goes towards 0: never more is added or released than planned.
  const share = (whole: bigint): bigint => (whole * quantity) / ordered;
  return {
    ordered,
    quantity,
    amount: share(order.amount),
    collateral: share(order.collateralDelta),
  };
}

function moveCollateral({ order, fillBps }: PaperFill): Trade {
  const whole = BigInt(BPS_WHOLE);
  // Division goes towards 0.
  const collateral = (order.collateralDelta * BigInt(fillBps)) / whole;
  const underlying = order.releasesCash ? -collateral : collateral;
  const goneIn = collateral < 0n ? -collateral : collateral;
  const orderedIn = order.collateralDelta < 0n ? -order.collateralDelta : order.collateralDelta;
  const trade = { executed: { ...NOTHING, underlying, collateral }, orderedIn, goneIn };
  const out = order.releasesCash ? underlying : 0n;
  if (fillBps < BPS_WHOLE) return { ...trade, out, rest: 'INSUFFICIENT_LIQUIDITY' };
  return { ...trade, out };
}

function sellShort({ order, market, model }: PaperFill, part: Part): Trade {
  const { ordered, quantity, amount } = part;
  const gross = bpsOf(valueOf(quantity, market), BPS_WHOLE - slippageBps(order, model));
  const fee = ceilDiv(gross * BigInt(model.feeBps), BigInt(BPS_WHOLE));
  const proceeds = gross - fee;
  // Price and fee are the collateral's: what the trade may cost, or has to raise, stands.
  const most = max(0n, proceeds + (order.releasesCash ? -amount : amount));
  const collateral = min(part.collateral, most);
  const raised = proceeds - collateral;
  const underlying = order.releasesCash ? raised : -raised;
  const executed = { quantity, underlying, collateral, fee };
  const out = order.releasesCash ? underlying : proceeds;
  return { executed, orderedIn: ordered, goneIn: quantity, out };
}

function buyBack({ order, market, model }: PaperFill, part: Part): Trade {
  const { ordered, amount, collateral } = part;
  const slippage = slippageBps(order, model);
  const priceOf = (quantity: bigint): Cost => costOf(quantity, market, slippage, model.feeBps);
  let quantity = part.quantity;
  let cost = priceOf(quantity);
  const budget = max(0n, amount - collateral);
  if (!order.releasesCash && cost.total > budget) {
    quantity = affordable(budget, fillTerms(market, slippage, model.feeBps));
    quantity = roundDownToLot(min(quantity, part.quantity), market.lot);
    cost = priceOf(quantity);
  }
  const underlying = order.releasesCash ? -collateral - cost.total : cost.total + collateral;
  const out = order.releasesCash ? underlying : quantity;
  const executed = { quantity, underlying, collateral, fee: cost.fee };
  // Without a quantity nothing is executed, and no collateral is freed.
  const goneIn = quantity === 0n ? 0n : part.quantity;
  return { executed, orderedIn: ordered, goneIn, out };
}

interface Cost {
  readonly total: bigint;
  readonly fee: bigint;
}

/** What a quantity costs, rounded up, with the fee on top. */
function costOf(quantity: bigint, market: Quote, slippage: number, feeBps: number): Cost {
  const whole = BigInt(BPS_WHOLE);
  const value = -valueOf(-quantity, market);
  const cost = ceilDiv(value * (whole + BigInt(slippage)), whole);
  const fee = ceilDiv(cost * BigInt(feeBps), whole);
  return { total: cost + fee, fee };
}

interface Terms {
  readonly market: Quote;
  /** What one unit of value costs, as a ratio. */
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function fillTerms(market: Quote, slippage: number, feeBps: number): Terms {
  const whole = BigInt(BPS_WHOLE);
  return {
    market,
    numerator: (whole + BigInt(slippage)) * (whole + BigInt(feeBps)),
    denominator: whole * whole,
  };
}

/** The quantity that a budget pays for; three units are kept for three roundings up. */
function affordable(budget: bigint, { market, numerator, denominator }: Terms): bigint {
  const value = floorDiv(max(0n, budget - 3n) * denominator, numerator);
  return quantityFor(value, market);
}
