import { domainError, refuse, type DomainError, type Result } from '@trimtab/core';

/** The value, or the refusal thrown for the edge to answer. */
export function valueOrRefuse<T>(result: Result<T, DomainError>): T {
  return result.ok ? result.value : refuse(result.error);
}

/** Throws the refusal if there is one. */
export function refuseIf(error: DomainError | undefined): void {
  if (error !== undefined) refuse(error);
}

/** There is no such vault. */
export function vaultNotFound(vaultId: string): never {
  refuse(
    domainError('NOT_FOUND', 'VAULT_NOT_FOUND', `vault ${vaultId} does not exist`, {
      vault_id: vaultId,
    }),
  );
}

/** There is no such rebalance. */
export function rebalanceNotFound(rebalanceId: string): never {
  refuse(
    domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', `rebalance ${rebalanceId} does not exist`, {
      rebalance_id: rebalanceId,
    }),
  );
}
