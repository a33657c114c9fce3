import { domainError, refuse } from '@trimtab/core';
import type { Caller } from './ports.js';

/** Who may do what with a vault (order generation rules, section 6). */

/** The people of a vault. */
export interface VaultRoles {
  readonly vaultId: string;
  readonly owner: string;
  readonly managers: readonly string[];
  readonly approvers: readonly string[];
}

/**
 * Whether a caller sees every vault: admins, the engine, and our services acting for themselves, which
 * their tokens say as actor: a user may be called anything.
 */
export function seesEverything(caller: Caller): boolean {
  return (
    caller.scopes.has('admin') ||
    caller.scopes.has('engine') ||
    (caller.actor === caller.subject && caller.subject.startsWith('service:'))
  );
}

/** @throws DomainFailure PERMISSION_DENIED unless the caller may see the vault */
export function requireView(caller: Caller, roles: VaultRoles): void {
  const isMember =
    roles.owner === caller.subject ||
    roles.managers.includes(caller.subject) ||
    roles.approvers.includes(caller.subject);
  if (!isMember && !seesEverything(caller)) deny(caller, roles, 'see');
}

/** @throws DomainFailure PERMISSION_DENIED unless the caller is the owner or the engine */
export function requireOwner(caller: Caller, roles: VaultRoles, verb: string): void {
  if (roles.owner === caller.subject || caller.scopes.has('engine')) return;
  deny(caller, roles, verb);
}

/** @throws DomainFailure PERMISSION_DENIED unless the caller is the owner, the engine or an admin */
export function requireOwnerOrAdmin(caller: Caller, roles: VaultRoles, verb: string): void {
  if (caller.scopes.has('admin')) return;
  requireOwner(caller, roles, verb);
}

/** @throws DomainFailure PERMISSION_DENIED unless the caller is the owner, a manager or the engine */
export function requireTrader(caller: Caller, roles: VaultRoles, verb: string): void {
  if (roles.managers.includes(caller.subject)) return;
  requireOwner(caller, roles, verb);
}

function deny(caller: Caller, roles: VaultRoles, verb: string): never {
  refuse(
    domainError(
      'PERMISSION_DENIED',
      'PERMISSION_DENIED',
      `subject ${caller.subject} may not ${verb} vault ${roles.vaultId}`,
      { vault_id: roles.vaultId, subject: caller.subject },
    ),
  );
}
