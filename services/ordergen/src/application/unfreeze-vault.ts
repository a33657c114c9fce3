import { domainError, refuse, type Clock } from '@trimtab/core';
import { driftOf, driftText } from '../domain/audit-books.js';
import type { Caller, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { vaultNotFound } from './refusals.js';
import { createStepDraft } from './step-draft.js';
import { commitLocked, type LockedStepDependencies } from './stop-locked.js';

/** What unfreezing needs. */
export interface UnfreezeVaultDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly changed: (rebalanceId: string) => void;
}

/** Ends the hold FROZEN, with evidence. An admin, which the rule of the method sees to. */
export type UnfreezeVault = (
  command: { readonly vaultId: string; readonly reason: string },
  key: RequestKey,
  caller: Caller,
  respond: (session: OrderGenSession) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/**
 * Creates the use case. VAULT_NOT_FROZEN when there is nothing to end, VAULT_FROZEN while the books
 * still disagree. A rebalance that stood still under the hold goes on.
 */
export function createUnfreezeVault(deps: UnfreezeVaultDependencies): UnfreezeVault {
  return async ({ vaultId, reason }, key, caller, respond) => {
    let resumed: string | undefined;
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      if (!vault.frozen) refuseNotFrozen(vaultId);
      await refuseDrift(session, vaultId);
      const time = deps.clock.now();
      await session.setFrozen(vaultId, false, time);
      await session.appendAudit({
        verb: 'UNFREEZE',
        vaultId,
        subject: caller.subject,
        reason,
        details: '{}',
        time,
      });
      resumed = vault.openRebalanceId;
      if (resumed !== undefined) await resume(deps, session, resumed);
      return respond(session);
    });
    if (resumed !== undefined) deps.changed(resumed);
    return response;
  };
}

async function resume(
  deps: UnfreezeVaultDependencies,
  session: OrderGenSession,
  rebalanceId: string,
): Promise<void> {
  const running = await session.loadRunning(rebalanceId);
  if (running?.head.state.state !== 'EXECUTING' || running.open !== undefined) return;
  await commitLocked(deps, session, createStepDraft(running, deps.clock.now()));
}

async function refuseDrift(session: OrderGenSession, vaultId: string): Promise<void> {
  const books = (await session.readBooks(vaultId)) ?? vaultNotFound(vaultId);
  const drift = driftOf(books);
  if (drift.length === 0) return;
  refuse(
    domainError(
      'FAILED_PRECONDITION',
      'VAULT_FROZEN',
      `vault ${vaultId} stays frozen, its books disagree: ${driftText(drift)}`,
      { vault_id: vaultId, drift: driftText(drift) },
    ),
  );
}

function refuseNotFrozen(vaultId: string): never {
  refuse(
    domainError('FAILED_PRECONDITION', 'VAULT_NOT_FROZEN', `vault ${vaultId} is not frozen`, {
      vault_id: vaultId,
    }),
  );
}
