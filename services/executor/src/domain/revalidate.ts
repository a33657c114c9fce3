import {
  compareDecimals,
  multiplyDecimals,
  decimalOf,
  max,
  min,
  valueOf,
  BPS_WHOLE,
  type Decimal,
  type Quote,
} from '@trimtab/decimal';
import type { Instant } from '@trimtab/core';
import type { FailureReason } from './failure-reason.js';
import { buysAsset, type Order } from './order.js';

/**
 * Before an order is executed, everything that generation assumed is checked again (execution rules,
 * revalidation). What does not hold is refused with its reason; nothing deviates silently.
 */

/** The rebalance as OrderGen holds it: what an order must agree with. */
export interface RebalanceView {
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly h0: string;
  readonly snapshotHash: string;
  readonly planHash: string;
  readonly txBundleHash: string;
  readonly slippageLimitBps: number;
  readonly expireTime: Instant | undefined;
  /** By index. */
  readonly actions: readonly ActionView[];
}

/** One action of a {@link RebalanceView}. */
export interface ActionView {
  readonly assetId: string;
  readonly side: 'LONG' | 'SHORT';
  /** Whether the action releases cash. */
  readonly releasesCash: boolean;
  /** The most that a sell may raise; of what needs cash its original amount, as no buy ever grows. */
  readonly cap: bigint;
  /** The planned change of exposure, signed, base units of the underlying. */
  readonly deltaExposure: bigint;
  /** The planned change of collateral, signed, base units of the underlying. */
  readonly deltaCollateral: bigint;
  /** The snapshot's price; absent when OrderGen has none. */
  readonly referencePrice: Decimal | undefined;
}

/** What the vault holds now, in base units. */
export interface Balance {
  readonly cash: bigint;
  readonly quantity: bigint;
  /** Behind a short; base units of the underlying. */
  readonly collateral: bigint;
}

/** A refusal with its words. */
export interface Refusal {
  readonly reason: FailureReason;
  readonly message: string;
}

/** Whether the order is the one that OrderGen has: hashes first, then asset, side, index, cap and terms. */
export function checkAgainstRebalance(order: Order, rebalance: RebalanceView): Refusal | undefined {
  if (order.rebalanceId !== rebalance.rebalanceId || order.vaultId !== rebalance.vaultId) {
    return mismatch(
      `rebalance was ${order.rebalanceId} of ${order.vaultId}, ${order.h0} is of ${rebalance.rebalanceId} of ${rebalance.vaultId}`,
    );
  }
  if (order.snapshotHash !== rebalance.snapshotHash) {
    return mismatch(
      `snapshot was ${order.snapshotHash}, the rebalance has ${rebalance.snapshotHash}`,
    );
  }
  if (order.h0 !== rebalance.h0 || order.planHash !== rebalance.planHash) {
    return {
      reason: 'PLAN_HASH_MISMATCH',
      message: `plan was ${order.planHash} under ${order.h0}, the rebalance has ${rebalance.planHash} under ${rebalance.h0}`,
    };
  }
  if (order.txBundleHash !== rebalance.txBundleHash) {
    return {
      reason: 'BUNDLE_HASH_MISMATCH',
      message: `bundle was ${order.txBundleHash}, the rebalance has ${rebalance.txBundleHash}`,
    };
  }
  const action = rebalance.actions[order.index];
  if (action === undefined)
    return mismatch(
      `index was ${order.index}, the rebalance has ${rebalance.actions.length} actions`,
    );
  if (action.assetId !== order.assetId)
    return mismatch(`asset was ${order.assetId}, the action has ${action.assetId}`);
  if (action.side !== order.side)
    return mismatch(`side was ${order.side}, the action has ${action.side}`);
  if (order.side === 'LONG' && (order.direction === 'DECREASE') !== action.releasesCash)
    return mismatch(`direction was ${order.direction}, which is not the action’s`);
  const strange = order.side === 'SHORT' ? strangeInShort(order, action) : undefined;
  if (strange !== undefined) return mismatch(strange);
  if (order.amount > action.cap)
    return mismatch(`amount was ${order.amount}, must be at most the cap ${action.cap}`);
  const other = otherTerm(order, rebalance, action);
  return other === undefined ? undefined : mismatch(`${other} is not the rebalance’s`);
}

/** The first term of the order that is not the rebalance's. */
function otherTerm(
  order: Order,
  rebalance: RebalanceView,
  { referencePrice }: ActionView,
): string | undefined {
  if (referencePrice === undefined || compareDecimals(order.referencePrice, referencePrice) !== 0) {
    return 'reference_price_decimal';
  }
  if (order.slippageLimitBps !== rebalance.slippageLimitBps) return 'slippage_limit_bps';
  return order.expireTime === rebalance.expireTime ? undefined : 'expire_time';
}

/** Whether the order has expired; it may be executed up to its expireTime, and not at it. */
export function checkExpiry(order: Order, now: Instant): Refusal | undefined {
  if (order.expireTime === undefined || now < order.expireTime) return undefined;
  return { reason: 'ORDER_EXPIRED', message: `expired ${now - order.expireTime} ms ago` };
}

/** A short moves the way of its action, and never more collateral than planned. */
function strangeInShort(order: Order, action: ActionView): string | undefined {
  if (order.releasesCash !== action.releasesCash) {
    return `releases_cash was ${order.releasesCash}, the action has ${action.releasesCash}`;
  }
  const { deltaExposure, deltaCollateral } = action;
  const planned = deltaExposure === 0n ? 'NONE' : deltaExposure > 0n ? 'INCREASE' : 'DECREASE';
  // A position that is worth nothing is closed without a change of exposure.
  const closesWorthless = planned === 'NONE' && order.direction === 'DECREASE';
  if (order.direction !== planned && !closesWorthless) {
    return `direction was ${order.direction}, the action has ${planned}`;
  }
  const within =
    order.collateralDelta >= min(deltaCollateral, 0n) &&
    order.collateralDelta <= max(deltaCollateral, 0n);
  if (within) return undefined;
  return `collateral was ${order.collateralDelta}, the action has ${deltaCollateral}`;
}

/** Whether the vault has what goes into the order of a long. */
export function checkBalance(order: Order, balance: Balance): Refusal | undefined {
  const { exactIn } = order;
  const gives = order.side === 'LONG' || order.direction === 'DECREASE';
  if (exactIn?.kind === 'QUANTITY' && gives && exactIn.quantity > balance.quantity) {
    return insufficient(exactIn.quantity, balance.quantity, order.assetId);
  }
  if (exactIn?.kind === 'UNDERLYING' && exactIn.underlying > balance.cash) {
    return insufficient(exactIn.underlying, balance.cash, 'the underlying');
  }
  if (-order.collateralDelta > balance.collateral) {
    return insufficient(-order.collateralDelta, balance.collateral, 'collateral');
  }
  return undefined;
}

/**
 * Whether the vault can pay a short at the price now (order generation rules, section 2): a buy-back
 * comes first and has to be paid in full, also where the collateral that it frees pays for it after.
 */
export function checkShortFunding(
  order: Order,
  balance: Balance,
  quote: Quote,
): Refusal | undefined {
  if (order.side === 'LONG') return undefined;
  const quantity = order.exactIn?.kind === 'QUANTITY' ? order.exactIn.quantity : 0n;
  const added = max(0n, order.collateralDelta);
  const needed =
    order.direction === 'INCREASE'
      ? // Proceeds come first; what they are short of, collateral gives.
        min(order.amount, max(0n, added - valueOf(quantity, quote)))
      : -valueOf(-quantity, quote) + added;
  return needed > balance.cash ? insufficient(needed, balance.cash, 'the underlying') : undefined;
}

/**
 * Whether the price now is within the slippage limit of the reference, on the side that costs the
 * vault: a sell is refused below `reference × (1 − limit)`, a buy above `reference × (1 + limit)`.
 * An order that moves collateral only has no price.
 */
export function checkPrice(order: Order, priceNow: Decimal): Refusal | undefined {
  if (order.direction === 'NONE') return undefined;
  const buys = buysAsset(order);
  const scaledNow = multiplyDecimals(priceNow, decimalOf(BigInt(BPS_WHOLE), 0));
  const limitBps = buys ? BPS_WHOLE + order.slippageLimitBps : BPS_WHOLE - order.slippageLimitBps;
  const limit = multiplyDecimals(order.referencePrice, decimalOf(BigInt(limitBps), 0));
  const distance = compareDecimals(scaledNow, limit);
  const worse = buys ? distance > 0 : distance < 0;
  if (!worse) return undefined;
  return {
    reason: 'SLIPPAGE_EXCEEDED',
    message: `the price moved more than ${order.slippageLimitBps} bps against the order`,
  };
}

/** An order that disagrees with its action is not of the approved plan. */
function mismatch(message: string): Refusal {
  return { reason: 'PLAN_HASH_MISMATCH', message };
}

function insufficient(needed: bigint, held: bigint, what: string): Refusal {
  return { reason: 'INSUFFICIENT_BALANCE', message: `needed ${needed} of ${what}, held ${held}` };
}
