import type { Decimal } from '@trimtab/decimal';
import type { Instant } from '@trimtab/core';

/**
 * What goes into an order, exactly: a quantity of the asset (a sell, and both directions of a short),
 * or underlying (a buy).
 */
export type ExactIn =
  | { readonly kind: 'QUANTITY'; readonly quantity: bigint }
  | { readonly kind: 'UNDERLYING'; readonly underlying: bigint };

/** One dispatched action, parsed: what the executor is asked to do. */
export interface Order {
  /** Content hash of (rebalanceId, index, attempt); the venue's client order id. */
  readonly orderId: string;
  readonly rebalanceId: string;
  readonly vaultId: string;
  /** Hash of the rebalance document that the order belongs to. */
  readonly h0: string;
  readonly index: number;
  readonly planHash: string;
  readonly txBundleHash: string;
  readonly snapshotHash: string;
  readonly assetId: string;
  readonly side: 'LONG' | 'SHORT';
  readonly direction: 'INCREASE' | 'DECREASE' | 'NONE';
  /** Whether the action is of the sell leg. */
  readonly releasesCash: boolean;
  /** Base units of the underlying: what a sell must raise, what a buy may spend. */
  readonly amount: bigint;
  /** Absent when a short moves collateral only. */
  readonly exactIn: ExactIn | undefined;
  /**
   * The least that comes out, in base units: underlying for a sell, asset for a buy. Of a short that
   * releases cash, the net cash; of one that needs it, the proceeds of a sale or the quantity bought.
   */
  readonly minimumOut: bigint;
  /** Collateral to add (above 0) or release (below 0), in base units of the underlying. */
  readonly collateralDelta: bigint;
  /** The snapshot's price, underlying per whole asset. */
  readonly referencePrice: Decimal;
  readonly slippageLimitBps: number;
  readonly expireTime: Instant | undefined;
}

/** Whether the asset is bought: a long grows, or a short is bought back. */
export function buysAsset({ side, direction }: Pick<Order, 'side' | 'direction'>): boolean {
  return (side === 'LONG') === (direction === 'INCREASE');
}
