import { compare, sorted } from '@trimtab/core';
import type { LedgerLine, VaultPosition } from './vault.js';

/** What a vault holds, forwards and backwards along its ledger. */
export interface Holdings {
  /** Base units of the underlying; below 0 in a deficit. */
  readonly cash: bigint;
  /** By (assetId, side), without empty ones. */
  readonly positions: readonly VaultPosition[];
}

/** Nothing. */
export const NO_HOLDINGS: Holdings = { cash: 0n, positions: [] };

/** What is held after some lines were booked. */
export function holdingsAfter(before: Holdings, lines: readonly LedgerLine[]): Holdings {
  return moved(before, lines, 1n);
}

/** What was held before some lines were booked. */
export function holdingsBefore(after: Holdings, lines: readonly LedgerLine[]): Holdings {
  return moved(after, lines, -1n);
}

/** The quantity of an asset that is owned. */
export function longQuantity({ positions }: Holdings, assetId: string): bigint {
  const long = positions.find((one) => one.assetId === assetId && one.side === 'LONG');
  return long?.quantity ?? 0n;
}

function moved(from: Holdings, lines: readonly LedgerLine[], direction: 1n | -1n): Holdings {
  let cash = from.cash;
  const positions = new Map(from.positions.map((position) => [keyOf(position), position]));
  for (const line of lines) {
    if (line.account === 'CASH') cash += direction * line.amount;
    const changed = changedPosition(positions, line, direction);
    if (changed !== undefined) positions.set(keyOf(changed), changed);
  }
  const left = [...positions.values()].filter(
    ({ quantity, collateral }) => quantity !== 0n || collateral !== 0n,
  );
  return { cash, positions: sorted(left, byPosition) };
}

/** What a line makes of a position; absent for the cash and the contra accounts. */
function changedPosition(
  positions: ReadonlyMap<string, VaultPosition>,
  { account, assetId, positionAssetId, side, amount }: LedgerLine,
  direction: 1n | -1n,
): VaultPosition | undefined {
  if (account !== 'POSITION' && account !== 'COLLATERAL') return undefined;
  const key = { assetId: account === 'COLLATERAL' ? positionAssetId : assetId, side };
  const before = positions.get(keyOf(key)) ?? { ...key, quantity: 0n, collateral: 0n };
  if (account === 'COLLATERAL') {
    return { ...before, collateral: before.collateral + direction * amount };
  }
  // What is owed is booked below 0.
  const sign = side === 'LONG' ? direction : -direction;
  return { ...before, quantity: before.quantity + sign * amount };
}

type PositionKey = Pick<VaultPosition, 'assetId' | 'side'>;

function keyOf({ assetId, side }: PositionKey): string {
  return `${assetId} ${side}`;
}

/** The order of positions everywhere: asset, then side. */
export function byPosition(left: PositionKey, right: PositionKey): number {
  return compare(left.assetId, right.assetId) || compare(left.side, right.side);
}
