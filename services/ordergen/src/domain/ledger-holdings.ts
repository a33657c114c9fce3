import { sorted } from '@trimtab/core';
import { signOf, type LedgerLine } from './ledger.js';
import { byPosition, positionText, type Position } from './position.js';

/** What a vault holds, as a consequence of its ledger and of nothing else. */

/** Cash and positions of a vault. */
export interface Holdings {
  /** In base units of the underlying; below 0 is a deficit. */
  readonly cash: bigint;
  /** By (assetId, side), without empty ones. */
  readonly positions: readonly Position[];
}

/** How much a transaction changes cash and each position it touches, signed. */
export function changesOf(lines: Iterable<LedgerLine>): Holdings {
  let cash = 0n;
  const positions = new Map<string, Position>();
  for (const line of lines) {
    if (line.account === 'CASH') cash += line.amount;
    const isOfPosition = line.account === 'POSITION' || line.account === 'COLLATERAL';
    if (!isOfPosition || line.position === undefined) continue;
    const { assetId, side } = line.position;
    const key = positionText(line.position);
    const before = positions.get(key) ?? { assetId, side, quantity: 0n, collateral: 0n };
    positions.set(
      key,
      line.account === 'COLLATERAL'
        ? { ...before, collateral: before.collateral + line.amount }
        : { ...before, quantity: before.quantity + signOf(side) * line.amount },
    );
  }
  return { cash, positions: sorted(positions.values(), byPosition) };
}

/**
 * Recomputes everything a vault holds from all lines of its ledger, in any order: the conservation
 * rule says that what is stored must equal this exactly.
 */
export function holdingsOf(lines: Iterable<LedgerLine>): Holdings {
  const { cash, positions } = changesOf(lines);
  return {
    cash,
    positions: positions.filter(({ quantity, collateral }) => quantity !== 0n || collateral !== 0n),
  };
}
