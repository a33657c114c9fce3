import { createPriceBook } from '../domain/price-book.js';
import { valueVault, type Valuation } from '../domain/valuation.js';
import type { HeldVault } from '../domain/vault.js';
import { requireView } from './access.js';
import type { SnapshotCopy } from './documents.js';
import type { OracleSource, OutgoingCall } from './outgoing.js';
import type { OrderGenStore } from './ports.js';
import { valueOrRefuse, vaultNotFound } from './refusals.js';

/** A vault at the prices of a snapshot. */
export interface ValuedVault {
  readonly vault: HeldVault;
  readonly snapshot: SnapshotCopy;
  readonly valuation: Valuation;
}

/** Values a vault; PRICE_MISSING names a position that the snapshot does not price. */
export type ValueVault = (
  vaultId: string,
  snapshotHash: string,
  call: OutgoingCall,
) => Promise<ValuedVault>;

/** Creates the use case. */
export function createValueVault(deps: {
  readonly store: OrderGenStore;
  readonly oracle: OracleSource;
}): ValueVault {
  return async (vaultId, snapshotHash, call) => {
    const vault = (await deps.store.findVault(vaultId)) ?? vaultNotFound(vaultId);
    requireView(call.caller, vault);
    const snapshot = await deps.oracle.getSnapshot(snapshotHash, call);
    const prices = createPriceBook(vault.denominationDecimals, snapshot.entries);
    const valuation = valueOrRefuse(valueVault(vault.cash, vault.positions, prices));
    return { vault, snapshot, valuation };
  };
}
