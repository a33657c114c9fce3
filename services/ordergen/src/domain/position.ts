import { compare } from '@trimtab/core';

/** Positions of a vault (order generation rules, section 1): an asset held on one side. */

/** Which way a position is held. */
export type Side = 'LONG' | 'SHORT';

/** What identifies a position: LONG and SHORT of one asset are two positions. */
export interface PositionKey {
  readonly assetId: string;
  readonly side: Side;
}

/** One position of a vault. */
export interface Position extends PositionKey {
  /** Base units of the asset, at least 0. */
  readonly quantity: bigint;
  /** Base units of the underlying behind a short; 0 for a long. */
  readonly collateral: bigint;
}

/** Orders positions by (assetId, side) in code units: the order of every list of positions. */
export function byPosition(left: PositionKey, right: PositionKey): number {
  if (left.assetId < right.assetId) return -1;
  if (left.assetId > right.assetId) return 1;
  return compare(left.side, right.side);
}

/** The text that two equal positions share. A space cannot occur in an asset id. */
export function positionText(position: PositionKey): string {
  return `${position.assetId} ${position.side}`;
}
