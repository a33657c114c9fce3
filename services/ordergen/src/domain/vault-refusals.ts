import { domainError, type DomainError } from '@trimtab/core';
import type { Vault } from './vault.js';

/** What a vault says when it refuses: each a FAILED_PRECONDITION that names the vault. */

/** The mode takes nothing of the kind. */
export function notOpen(vault: Vault): DomainError {
  return precondition(vault, 'VAULT_NOT_OPEN', `is ${vault.mode}`, { mode: vault.mode });
}

/** The hold FROZEN. */
export function frozen(vault: Vault): DomainError {
  return precondition(vault, 'VAULT_FROZEN', 'is frozen until it is unfrozen by an admin');
}

/** The hold DEFICIT. */
export function inDeficit(vault: Vault): DomainError {
  return precondition(vault, 'VAULT_IN_DEFICIT', `has cash of ${vault.cash}, below 0`, {
    cash: vault.cash.toString(),
  });
}

/** A rebalance runs, or waits for its approval. */
export function busy(vault: Vault): DomainError {
  return precondition(vault, 'VAULT_BUSY', `runs rebalance ${vault.openRebalanceId ?? ''}`, {
    rebalance_id: vault.openRebalanceId ?? '',
  });
}

/** A refusal with the name of the vault before its text. */
export function precondition(
  vault: Vault,
  reason: string,
  text: string,
  metadata: Readonly<Record<string, string>> = {},
): DomainError {
  return domainError('FAILED_PRECONDITION', reason, `vault ${vault.vaultId} ${text}`, {
    vault_id: vault.vaultId,
    ...metadata,
  });
}

/** Less is held than is asked for. */
export function tooLittle(
  vault: Vault,
  want: {
    readonly held: bigint;
    readonly requested: bigint;
    /** What asks. */
    readonly by: string;
    /** What is held too little of; absent when the request names one asset only. */
    readonly assetId?: string;
  },
): DomainError {
  const { held, requested, by, assetId } = want;
  const what = assetId === undefined ? '' : ` of ${assetId}`;
  return precondition(
    vault,
    'INSUFFICIENT_BALANCE',
    `holds ${held}${what}, ${by} asks for ${requested}`,
    {
      ...(assetId !== undefined && { asset_id: assetId }),
      held: held.toString(),
      requested: requested.toString(),
    },
  );
}
