import { compare } from '@trimtab/core';

/** Which way a position is held. */
export type Side = 'LONG' | 'SHORT';

/** The live weight of one position: `floor(value · 10 000 / nav)`, measured by the vault service. */
export interface LiveWeight {
  readonly assetId: string;
  readonly side: Side;
  readonly weightBps: number;
}

/** A vault at one version, valued under one price snapshot. */
export interface VaultState {
  readonly vaultId: string;
  readonly vaultVersion: number;
  /** Net asset value in base units of the underlying, above 0. */
  readonly nav: bigint;
  /** One entry for each held (asset, side). */
  readonly weights: readonly LiveWeight[];
}

/** What identifies a position. */
export interface PositionKey {
  readonly assetId: string;
  readonly side: Side;
}

/** Orders positions by (assetId, side) in code units: the order of every list of positions. */
export function byPosition(left: PositionKey, right: PositionKey): number {
  return compare(left.assetId, right.assetId) || compare(left.side, right.side);
}

/** The text that two equal positions share. A space cannot occur in an asset id. */
export function positionText(position: PositionKey): string {
  return `${position.assetId} ${position.side}`;
}

/** The live weights of the assets held LONG, by asset. */
export function longWeights(vault: VaultState): ReadonlyMap<string, number> {
  const held = vault.weights.filter(({ side }) => side === 'LONG');
  return new Map(held.map(({ assetId, weightBps }) => [assetId, weightBps]));
}
