import type { Clock } from '@trimtab/core';
import { refuseClose } from '../domain/vault-rules.js';
import { requireOwner } from './access.js';
import type { Caller, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { refuseIf, vaultNotFound } from './refusals.js';

/** What closing needs. */
export interface CloseVaultDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
}

/** Closes a vault for ever. The owner or the engine. */
export type CloseVault = (
  command: { readonly vaultId: string; readonly fence?: number },
  key: RequestKey,
  caller: Caller,
  respond: (session: OrderGenSession) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/** Creates the use case; what it refuses is in `refuseClose`. */
export function createCloseVault(deps: CloseVaultDependencies): CloseVault {
  return async ({ vaultId, fence }, key, caller, respond) =>
    deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      requireOwner(caller, vault, 'close');
      refuseIf(refuseClose(vault, fence));
      const time = deps.clock.now();
      const change = { mode: 'CLOSED', changedBy: caller.subject, reason: 'closed', time } as const;
      await session.changeMode(vaultId, change);
      await session.appendAudit({
        verb: 'CLOSE',
        vaultId,
        subject: caller.subject,
        reason: '',
        details: '{}',
        time,
      });
      return respond(session);
    });
}
