import { formatInstant, type Clock } from '@trimtab/core';
import { deadlineOf } from '../domain/approval-rules.js';
import { cancel } from '../domain/lifecycle.js';
import { refuseMode } from '../domain/vault-rules.js';
import type { HeldVault, VaultMode } from '../domain/vault.js';
import { requireOwnerOrAdmin, requireTrader } from './access.js';
import type { Messages } from './outgoing.js';
import type {
  Caller,
  Observer,
  OrderGenSession,
  OrderGenStore,
  RequestKey,
  Tracing,
} from './ports.js';
import type { RunningRebalance } from './rebalance-record.js';
import { rebalanceNotFound, refuseIf, valueOrRefuse, vaultNotFound } from './refusals.js';
import type { RunningCache } from './running-cache.js';
import { cancelWaiting, stopLocked } from './stop-locked.js';

/** What stopping a rebalance needs. */
export interface StopRebalanceDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly cache: RunningCache;
  readonly messages: Messages;
  readonly observer: Observer;
  readonly tracing: Tracing;
  readonly committed: (rebalanceId: string) => void;
}

/** A change of mode that a caller asks for. */
export interface SetVaultModeCommand {
  readonly vaultId: string;
  readonly mode: VaultMode;
  /** Absent sets the mode whatever the fence is. */
  readonly fence?: number;
  readonly reason: string;
}

/** The ways to stop a rebalance: what is executed stays, the open action is waited for. */
export interface StopRebalance {
  /** By a caller; REBALANCE_STATE_INVALID when it does not execute. */
  cancel(
    command: { readonly rebalanceId: string; readonly reason: string },
    key: RequestKey,
    caller: Caller,
    respond: (session: OrderGenSession) => Promise<Uint8Array>,
  ): Promise<Uint8Array>;
  /** Changes the mode of a vault; CLOSING cancels what runs in the same transaction. */
  setVaultMode(
    command: SetVaultModeCommand,
    key: RequestKey,
    caller: Caller,
    respond: (session: OrderGenSession) => Promise<Uint8Array>,
  ): Promise<Uint8Array>;
  /** Because its expire time has come; does nothing when it does not execute any more. */
  expire(rebalanceId: string): Promise<void>;
}

/** Creates the use cases. */
export function createStopRebalance(deps: StopRebalanceDependencies): StopRebalance {
  return {
    cancel: async ({ rebalanceId, reason }, key, caller, respond) => {
      const known = (await deps.store.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
      const { vaultId } = known.facts;
      const response = await deps.store.once(key, async (session) => {
        const vault = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
        requireTrader(caller, vault, 'cancel rebalances of');
        const running = (await session.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
        valueOrRefuse(cancel(running.head.state));
        await stopLocked(deps, session, running, { kind: 'CANCEL', by: caller.subject, reason });
        return respond(session);
      });
      changed(deps, rebalanceId);
      return response;
    },
    setVaultMode: async (command, key, caller, respond) => {
      let stopped: string | undefined;
      const response = await deps.store.once(key, async (session) => {
        const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
        requireOwnerOrAdmin(caller, vault, 'set the mode of');
        refuseIf(refuseMode(vault, command.mode, command.fence));
        if (vault.mode !== command.mode) stopped = vault.openRebalanceId;
        await changeMode(deps, session, vault, { ...command, by: caller.subject });
        return respond(session);
      });
      if (stopped !== undefined) changed(deps, stopped);
      return response;
    },
    expire: async (rebalanceId) => {
      const known = await deps.store.loadRunning(rebalanceId);
      if (known === undefined) return;
      await deps.store.transaction(async (session) => {
        await session.lockVault(known.facts.vaultId);
        const running = await session.loadRunning(rebalanceId);
        if (running === undefined || !canStop(running)) return;
        // Read again under the lock: an approval in between moves the time.
        const deadline = deadlineOf({ ...running.facts, state: running.head.state.state });
        if (deps.clock.now() < deadline) return;
        const reason = `expired at ${formatInstant(deadline)}`;
        await stopLocked(deps, session, running, { kind: 'EXPIRE', by: 'system', reason });
      });
      changed(deps, rebalanceId);
    },
  };
}

async function changeMode(
  deps: StopRebalanceDependencies,
  session: OrderGenSession,
  vault: HeldVault,
  command: SetVaultModeCommand & { readonly by: string },
): Promise<void> {
  const { mode, reason, by } = command;
  if (vault.mode === mode) return;
  const why = { by, reason: reason === '' ? `the vault became ${mode}` : reason };
  if (mode === 'CLOSING' && vault.openRebalanceId !== undefined) {
    const running = await session.loadRunning(vault.openRebalanceId);
    if (running !== undefined && canStop(running)) {
      await stopLocked(deps, session, running, { kind: 'CANCEL', ...why });
    }
  } else {
    await cancelWaiting(deps, session, vault, why);
  }
  await session.changeMode(vault.vaultId, {
    mode,
    changedBy: by,
    reason,
    time: deps.clock.now(),
  });
}

function canStop({ head }: RunningRebalance): boolean {
  return head.state.state === 'EXECUTING' || head.state.state === 'AWAITING_APPROVAL';
}

function changed(deps: StopRebalanceDependencies, rebalanceId: string): void {
  deps.cache.drop(rebalanceId);
  deps.committed(rebalanceId);
}
