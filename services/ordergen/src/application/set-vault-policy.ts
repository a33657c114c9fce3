import { canonicalJson } from '@trimtab/canonical';
import { compare, domainError, refuse, sorted, type Clock } from '@trimtab/core';
import { refuseApprovers } from '../domain/approval-rules.js';
import { DEFAULT_POLICY, type HeldVault, type VaultPolicy } from '../domain/vault.js';
import type { VaultTerms } from './control-ports.js';
import type { Caller, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { refuseIf, vaultNotFound } from './refusals.js';
import { cancelWaiting, type LockedStepDependencies } from './stop-locked.js';

/** What changes; what is absent stays. */
export interface SetVaultPolicyCommand {
  readonly vaultId: string;
  /** The whole policy; what it leaves out takes its default. */
  readonly policy?: Partial<VaultPolicy>;
  readonly roles?: {
    readonly managers: readonly string[];
    readonly approvers: readonly string[];
  };
  /** `NONE` takes the limit away. */
  readonly depositLimit?: bigint | 'NONE';
}

/** What changing a policy needs. */
export interface SetVaultPolicyDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly changed: (rebalanceId: string) => void;
}

/**
 * Changes policy, roles or deposit limit. The owner alone; VAULT_CLOSED when the vault is closed;
 * APPROVER_MISSING when four eyes are asked for and nobody could approve.
 */
export type SetVaultPolicy = (
  command: SetVaultPolicyCommand,
  key: RequestKey,
  caller: Caller,
  respond: (session: OrderGenSession) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/**
 * Creates the use case. A rebalance that waits for approval is cancelled by a change: its approvers
 * would approve what was asked for under other rules. One that runs goes on under its own.
 */
export function createSetVaultPolicy(deps: SetVaultPolicyDependencies): SetVaultPolicy {
  return async (command, key, caller, respond) => {
    let cancelled: string | undefined;
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      requireItsOwner(caller, vault);
      const before = termsOf(vault);
      const after = changedTerms(before, command);
      if (command.policy !== undefined || command.roles !== undefined) {
        refuseIf(refuseApprovers({ owner: vault.owner, ...after }, 'roles.approvers'));
      }
      if (termsText(before) !== termsText(after)) {
        const why = { by: caller.subject, reason: "the vault's policy changed" };
        cancelled = await cancelWaiting(deps, session, vault, why);
        const time = deps.clock.now();
        await session.setTerms(vault.vaultId, after, time);
        await session.appendAudit({
          verb: 'SET_POLICY',
          vaultId: vault.vaultId,
          subject: caller.subject,
          reason: '',
          details: termsText(after),
          time,
        });
      }
      return respond(session);
    });
    if (cancelled !== undefined) deps.changed(cancelled);
    return response;
  };
}

function requireItsOwner(caller: Caller, vault: HeldVault): void {
  const { vaultId, owner, mode } = vault;
  if (caller.subject !== owner) {
    refuse(
      domainError(
        'PERMISSION_DENIED',
        'PERMISSION_DENIED',
        `subject ${caller.subject} may not set the policy of vault ${vaultId}`,
        { vault_id: vaultId, subject: caller.subject },
      ),
    );
  }
  if (mode !== 'CLOSED') return;
  refuse(
    domainError('FAILED_PRECONDITION', 'VAULT_CLOSED', `vault ${vaultId} is closed`, {
      vault_id: vaultId,
    }),
  );
}

function termsOf({ policy, managers, approvers, depositLimit }: HeldVault): VaultTerms {
  return { policy, managers, approvers, ...(depositLimit !== undefined && { depositLimit }) };
}

function changedTerms(before: VaultTerms, command: SetVaultPolicyCommand): VaultTerms {
  const { policy, roles, depositLimit = before.depositLimit } = command;
  return {
    policy: policy === undefined ? before.policy : { ...DEFAULT_POLICY, ...policy },
    managers: roles === undefined ? before.managers : sorted(roles.managers, compare),
    approvers: roles === undefined ? before.approvers : sorted(roles.approvers, compare),
    ...(depositLimit !== undefined && depositLimit !== 'NONE' && { depositLimit }),
  };
}

/** Equal for equal terms, whatever the order of their fields. */
function termsText({ policy, managers, approvers, depositLimit }: VaultTerms): string {
  return canonicalJson({
    policy: { ...policy },
    managers: [...managers],
    approvers: [...approvers],
    ...(depositLimit !== undefined && { depositLimit: depositLimit.toString() }),
  });
}
