import { compare, domainError, refuse, sorted, type Clock, type IdSource } from '@trimtab/core';
import { DEFAULT_POLICY, type Vault, type VaultPolicy } from '../domain/vault.js';
import { refuseApprovers } from '../domain/approval-rules.js';
import type { OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { refuseIf } from './refusals.js';

/** The underlying that vaults of this installation are in. */
export interface Denomination {
  readonly assetId: string;
  readonly decimals: number;
}

/** A vault as a caller asks for it; what is absent takes its default. */
export interface CreateVaultCommand {
  readonly owner: string;
  readonly managers: readonly string[];
  readonly approvers: readonly string[];
  readonly policy: Partial<VaultPolicy>;
  readonly depositLimit?: bigint;
  readonly denomination?: string;
}

/** What creating a vault needs. */
export interface CreateVaultDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly denomination: Denomination;
}

/**
 * Opens an empty vault. Refuses another denomination than the installation's (ASSET_NOT_FOUND) and four
 * eyes without a second pair (APPROVER_MISSING).
 */
export type CreateVault = (
  command: CreateVaultCommand,
  key: RequestKey,
  respond: (session: OrderGenSession, vaultId: string) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/** Creates the use case. */
export function createCreateVault(deps: CreateVaultDependencies): CreateVault {
  return async (command, key, respond) => {
    const { assetId, decimals } = deps.denomination;
    if (command.denomination !== undefined && command.denomination !== assetId) {
      refuse(
        domainError(
          'NOT_FOUND',
          'ASSET_NOT_FOUND',
          `the denomination was ${command.denomination}, vaults are in ${assetId}`,
          { asset_id: command.denomination },
        ),
      );
    }
    const policy = { ...DEFAULT_POLICY, ...command.policy };
    refuseIf(refuseApprovers({ ...command, policy }, 'vault.approvers'));
    return deps.store.once(key, async (session) => {
      const now = deps.clock.now();
      const vault: Vault = {
        vaultId: `vault-${deps.ids.uuid()}`,
        owner: command.owner,
        managers: sorted(command.managers, compare),
        approvers: sorted(command.approvers, compare),
        policy,
        ...(command.depositLimit !== undefined && { depositLimit: command.depositLimit }),
        deposited: 0n,
        denomination: assetId,
        denominationDecimals: decimals,
        mode: 'OPEN',
        fence: 1,
        version: 1,
        ledgerSequence: 0,
        cash: 0n,
        frozen: false,
        createTime: now,
        updateTime: now,
      };
      await session.insertVault(vault);
      return respond(session, vault.vaultId);
    });
  };
}
