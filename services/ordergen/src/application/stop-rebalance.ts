import { formatInstant, type Clock } from '@trimtab/core';
import { cancel } from '../domain/lifecycle.js';
import { hasEnded } from '../domain/rebalance-state.js';
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
import { goOn } from './progress.js';
import type { RunningRebalance } from './rebalance-record.js';
import { rebalanceNotFound, refuseIf, valueOrRefuse, vaultNotFound } from './refusals.js';
import type { RunningCache } from './running-cache.js';
import { createStepDraft } from './step-draft.js';

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
        await stop(deps, session, running, { kind: 'CANCEL', by: caller.subject, reason });
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
        stopped = vault.openRebalanceId;
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
        if (running?.head.state.state !== 'EXECUTING') return;
        const reason = `expired at ${formatInstant(running.facts.expireTime)}`;
        await stop(deps, session, running, { kind: 'EXPIRE', by: 'system', reason });
      });
      changed(deps, rebalanceId);
    },
  };
}

interface Stop {
  readonly kind: 'CANCEL' | 'EXPIRE';
  readonly by: string;
  readonly reason: string;
}

async function stop(
  deps: StopRebalanceDependencies,
  session: OrderGenSession,
  running: RunningRebalance,
  { kind, by, reason }: Stop,
): Promise<void> {
  const draft = createStepDraft(running, deps.clock.now());
  const before = running.head.state.state;
  draft.fold(kind === 'EXPIRE' ? { kind } : { kind, ...(reason !== '' && { reason }) });
  draft.setReason(reason);
  draft.show('STATE', {
    previous_state: before,
    state: draft.head.state.state,
    changed_by: by,
    reason,
  });
  if (hasEnded(draft.head.state.state)) goOn(draft, [], deps.messages);
  const step = draft.finish(undefined, deps.tracing.traceparentOf(running.facts));
  const outcome = await session.commit(step);
  // The vault is locked and every step locks it first, so nothing can have come in between.
  if (outcome !== 'COMMITTED') throw new Error(`stopping under the vault's lock met ${outcome}`);
}

async function changeMode(
  deps: StopRebalanceDependencies,
  session: OrderGenSession,
  vault: HeldVault,
  command: SetVaultModeCommand & { readonly by: string },
): Promise<void> {
  const { mode, reason, by } = command;
  if (vault.mode === mode) return;
  if (mode === 'CLOSING' && vault.openRebalanceId !== undefined) {
    const running = await session.loadRunning(vault.openRebalanceId);
    if (running?.head.state.state === 'EXECUTING') {
      const why = reason === '' ? 'the vault is closing' : reason;
      await stop(deps, session, running, { kind: 'CANCEL', by, reason: why });
    }
  }
  await session.changeMode(vault.vaultId, {
    mode,
    changedBy: by,
    reason,
    time: deps.clock.now(),
  });
}

function changed(deps: StopRebalanceDependencies, rebalanceId: string): void {
  deps.cache.drop(rebalanceId);
  deps.committed(rebalanceId);
}
