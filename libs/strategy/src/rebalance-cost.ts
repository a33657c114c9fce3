import { invariant } from '@trimtab/core';
import { halfUpDiv, max, parseDecimal, safeNumber, valueOf } from '@trimtab/decimal';
import type { Side } from './allocation.js';

/** What a rebalance has done so far, as far as its cost goes; amounts in base units. */
export interface ExecutedRebalance {
  /** Whether nothing of it can change any more, late corrections aside. */
  readonly ended: boolean;
  /** The net asset value at its start. */
  readonly nav: bigint;
  /** Cash that was booked on actions after their results, signed. */
  readonly corrections: bigint;
  readonly actions: readonly ExecutedAction[];
}

/** One trade, as it was executed. */
export interface ExecutedAction {
  readonly assetId: string;
  readonly side: Side;
  /** Whether exposure rose or fell. */
  readonly direction: 'UP' | 'DOWN';
  /** Cash in (above 0) or out, fees included. */
  readonly cash: bigint;
  /** Cash that became collateral (above 0) or was released. */
  readonly collateral: bigint;
  readonly quantity: bigint;
  /** The price of the snapshot, a canonical decimal; empty when nothing could be traded. */
  readonly referencePrice: string;
}

/** What turns quantities into money: the decimals of each asset, and of the underlying. */
export interface CostScale {
  readonly assetDecimals: ReadonlyMap<string, number>;
  readonly underlyingDecimals: number;
}

/**
 * What a rebalance cost, in bps of its NAV, half up: how much less the vault is worth at the reference
 * prices after its trades than before, spread, slippage and fees together. A gain costs 0, so that it
 * never pays for a later loss.
 */
export function rebalanceCostBps(rebalance: ExecutedRebalance, scale: CostScale): number {
  const { nav } = rebalance;
  invariant(nav > 0n, `a rebalance starts from a NAV above 0, found ${nav}`);
  return safeNumber(halfUpDiv(max(0n, rebalanceCost(rebalance, scale)) * 10_000n, nav));
}

/** The same in base units of the underlying; below 0 for a gain. */
export function rebalanceCost(rebalance: ExecutedRebalance, scale: CostScale): bigint {
  const { corrections, actions } = rebalance;
  return -actions.reduce((sum, action) => sum + gainOf(action, scale), corrections);
}

function gainOf(action: ExecutedAction, { assetDecimals, underlyingDecimals }: CostScale): bigint {
  const { assetId, side, direction, cash, collateral, quantity, referencePrice } = action;
  const kept = side === 'SHORT' ? cash + collateral : cash;
  if (quantity === 0n) return kept;
  const decimals = assetDecimals.get(assetId);
  invariant(decimals !== undefined, `${assetId} was traded, so it is registered`);
  const price = parseDecimal(referencePrice);
  invariant(price.ok, `${assetId} was traded at a reference price, found "${referencePrice}"`);
  const quote = { price: price.value, assetDecimals: decimals, underlyingDecimals };
  const value = valueOf(quantity, quote);
  // More of a long is worth more; more of a short is owed.
  return (direction === 'UP') === (side === 'LONG') ? kept + value : kept - value;
}
