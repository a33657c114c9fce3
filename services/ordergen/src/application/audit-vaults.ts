import { addMillis, type Clock } from '@trimtab/core';
import { canonicalJson } from '@trimtab/canonical';
import { driftOf, driftText } from '../domain/audit-books.js';
import type { Observer, OrderGenStore } from './ports.js';

/** What the audit needs. */
export interface AuditVaultsDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly observer: Observer;
  /** A vault that has not changed is audited again after this. */
  readonly intervalMillis: number;
}

/** How many vaults one look takes; the next look goes on with those that waited longest. */
const BATCH = 100;

/**
 * The conservation audit (order generation rules, section 6): vault by vault, each one that has
 * changed since it was audited, and every one after the interval. One unit of drift freezes.
 */
export function createAuditVaults(deps: AuditVaultsDependencies): () => Promise<void> {
  return async () => {
    const before = addMillis(deps.clock.now(), -deps.intervalMillis);
    for (const vaultId of await deps.store.findAuditDue(before, BATCH)) {
      await auditVault(deps, vaultId);
    }
  };
}

async function auditVault(deps: AuditVaultsDependencies, vaultId: string): Promise<void> {
  const books = await deps.store.readBooks(vaultId);
  if (books === undefined) return;
  const drift = driftText(driftOf(books));
  const time = deps.clock.now();
  if (drift !== '') {
    const isNew = !books.frozen && (await freeze(deps, vaultId));
    if (isNew) deps.observer.vaultDrifted(vaultId, drift);
  }
  await deps.store.recordAudit({ vaultId, vaultVersion: books.version, drift, time });
}

/** Looks again under the lock, so that what is frozen for is what is there. */
async function freeze(deps: AuditVaultsDependencies, vaultId: string): Promise<boolean> {
  return deps.store.transaction(async (session) => {
    const vault = await session.lockVault(vaultId);
    const books = await session.readBooks(vaultId);
    if (vault === undefined || books === undefined || vault.frozen) return false;
    const drift = driftText(driftOf(books));
    if (drift === '') return false;
    const time = deps.clock.now();
    await session.setFrozen(vaultId, true, time);
    await session.appendAudit({
      verb: 'FREEZE',
      vaultId,
      ...(vault.openRebalanceId !== undefined && { rebalanceId: vault.openRebalanceId }),
      subject: 'system',
      reason: drift,
      details: canonicalJson({ version: books.version }),
      time,
    });
    return true;
  });
}
