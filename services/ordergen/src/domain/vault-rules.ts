import { domainError, invalidFields, type DomainError } from '@trimtab/core';
import { busy, frozen, inDeficit, notOpen, precondition, tooLittle } from './vault-refusals.js';
import type { HeldVault, RebalancePurpose, Vault, VaultMode } from './vault.js';

/**
 * What a vault refuses, by mode, fence, holds, version and what runs (order generation rules,
 * sections 5 and 6). Each function names the first rule that is broken, or nothing.
 */

const SETTABLE: Readonly<Record<VaultMode, readonly VaultMode[]>> = {
  OPEN: ['PAUSED', 'CLOSING'],
  PAUSED: ['OPEN', 'CLOSING'],
  CLOSING: [],
  CLOSED: [],
};

/** The modes in which a rebalance starts; PAUSED takes none, CLOSING settles only. */
const STARTS_IN: Readonly<Record<RebalancePurpose, readonly VaultMode[]>> = {
  REBALANCE: ['OPEN'],
  ROLL: ['OPEN'],
  SETTLE: ['OPEN', 'CLOSING'],
};

/** Whether a change to `mode` is refused; setting the mode that stands is not a change. */
export function refuseMode(
  vault: Vault,
  mode: VaultMode,
  fence: number | undefined,
): DomainError | undefined {
  if (vault.mode === mode && mode !== 'CLOSED') return undefined;
  if (vault.mode === 'CLOSED') return precondition(vault, 'VAULT_CLOSED', 'is closed');
  if (fence !== undefined && fence !== vault.fence) return fenceStale(vault, fence);
  if (SETTABLE[vault.mode].includes(mode)) return undefined;
  return precondition(
    vault,
    'VAULT_MODE_TRANSITION_INVALID',
    `is ${vault.mode} and cannot become ${mode}`,
    { mode: vault.mode, requested_mode: mode },
  );
}

/** Whether closing is refused: only a vault that is CLOSING, idle, flat and not frozen closes. */
export function refuseClose(vault: HeldVault, fence: number | undefined): DomainError | undefined {
  if (vault.mode !== 'CLOSING') {
    return precondition(
      vault,
      'VAULT_MODE_TRANSITION_INVALID',
      `is ${vault.mode} and can be closed in CLOSING only`,
      { mode: vault.mode, requested_mode: 'CLOSED' },
    );
  }
  if (fence !== undefined && fence !== vault.fence) return fenceStale(vault, fence);
  if (vault.openRebalanceId !== undefined) return busy(vault);
  if (vault.frozen) return frozen(vault);
  if (vault.cash === 0n && vault.positions.length === 0) return undefined;
  return precondition(
    vault,
    'VAULT_NOT_EMPTY',
    `holds ${vault.cash} of ${vault.denomination} and ${vault.positions.length} positions`,
    { cash: vault.cash.toString(), position_count: String(vault.positions.length) },
  );
}

/** What a rebalance names of the vault that it is for. */
export interface RebalanceClaim {
  readonly purpose: RebalancePurpose;
  readonly fence: number;
  readonly vaultVersion: number;
}

/** Whether a new rebalance is refused. */
export function refuseRebalance(vault: Vault, claim: RebalanceClaim): DomainError | undefined {
  const refusal = refuseEntry(vault, claim);
  if (refusal !== undefined) return refusal;
  if (vault.openRebalanceId !== undefined) return inProgress(vault.vaultId, vault.openRebalanceId);
  return refuseVersion(vault, claim);
}

/** Whether the start of a rebalance that waited for its approval is refused. */
export function refuseApprovedStart(vault: Vault, claim: RebalanceClaim): DomainError | undefined {
  return refuseEntry(vault, claim) ?? refuseVersion(vault, claim);
}

function refuseEntry(vault: Vault, claim: RebalanceClaim): DomainError | undefined {
  const { purpose, fence } = claim;
  if (fence !== vault.fence) return fenceStale(vault, fence);
  if (vault.frozen) return frozen(vault);
  if (!STARTS_IN[purpose].includes(vault.mode)) return notOpen(vault);
  if (purpose !== 'SETTLE' && vault.cash < 0n) return inDeficit(vault);
  return undefined;
}

function refuseVersion(vault: Vault, { vaultVersion }: RebalanceClaim): DomainError | undefined {
  if (vaultVersion === vault.version) return undefined;
  return domainError(
    'ABORTED',
    'VAULT_CHANGED',
    `vault ${vault.vaultId} is at version ${vault.version}, the request is for ${vaultVersion}`,
    { vault_id: vault.vaultId, version: String(vault.version), requested: String(vaultVersion) },
  );
}

/**
 * Whether the slippage limit of a request is refused: the policy's is the most, but for a roll, which
 * brings its intent's (order generation rules, section 3). Absent asks for the policy's.
 */
export function refuseSlippage(
  vault: Vault,
  purpose: RebalancePurpose,
  asked: number | undefined,
): DomainError | undefined {
  const limit = vault.policy.slippageLimitBps;
  if (asked === undefined || asked <= limit || purpose === 'ROLL') return undefined;
  const field = 'terms.slippage_limit_bps';
  const message = `was ${asked}, must be at most ${limit}, which the policy of the vault allows`;
  return {
    ...invalidFields([{ field, reason: 'WEIGHT_OUT_OF_RANGE', message }]),
    metadata: { field, found: String(asked), limit: String(limit) },
  };
}

/** The refusal of a second rebalance. */
export function inProgress(vaultId: string, rebalanceId: string): DomainError {
  return domainError(
    'FAILED_PRECONDITION',
    'REBALANCE_IN_PROGRESS',
    `vault ${vaultId} runs rebalance ${rebalanceId}`,
    { vault_id: vaultId, rebalance_id: rebalanceId },
  );
}

/** A deposit as the rules see it. */
export interface DepositClaim {
  readonly inKind: boolean;
  /** What it is worth, in base units of the underlying. */
  readonly value: bigint;
}

/**
 * Whether a deposit is refused. Underlying that heals a deficit, up to what is missing, ignores mode
 * and limit. The limit counts everything that was ever deposited; withdrawals give no room back.
 */
export function refuseDeposit(vault: Vault, claim: DepositClaim): DomainError | undefined {
  if (vault.mode === 'CLOSED') return notOpen(vault);
  if (vault.frozen) return frozen(vault);
  if (!claim.inKind && vault.cash < 0n && claim.value <= -vault.cash) return undefined;
  if (vault.mode !== 'OPEN') return notOpen(vault);
  if (claim.inKind && vault.openRebalanceId !== undefined) return busy(vault);
  const total = vault.deposited + claim.value;
  if (vault.depositLimit === undefined || total <= vault.depositLimit) return undefined;
  return precondition(
    vault,
    'DEPOSIT_LIMIT_EXCEEDED',
    `would have ${total} deposited in all, its limit is ${vault.depositLimit}`,
    { total: total.toString(), limit: vault.depositLimit.toString() },
  );
}

/** Whether a withdrawal is refused: never during a run, from a deficit or a freeze, or beyond what is held. */
export function refuseWithdrawal(
  vault: Vault,
  held: bigint,
  amount: bigint,
): DomainError | undefined {
  if (vault.mode === 'CLOSED') return precondition(vault, 'VAULT_CLOSED', 'is closed');
  if (vault.frozen) return frozen(vault);
  if (vault.openRebalanceId !== undefined) return busy(vault);
  if (vault.cash < 0n) return inDeficit(vault);
  if (amount <= held) return undefined;
  return tooLittle(vault, { held, requested: amount, by: 'the withdrawal' });
}

/** Whether what moves money by hand is refused: while a rebalance of the vault runs. */
export function refuseBusy(vault: Vault): DomainError | undefined {
  return vault.openRebalanceId === undefined ? undefined : busy(vault);
}

function fenceStale(vault: Vault, fence: number): DomainError {
  return domainError(
    'ABORTED',
    'FENCE_STALE',
    `vault ${vault.vaultId} has fence ${vault.fence}, the request names ${fence}`,
    { vault_id: vault.vaultId, fence: String(vault.fence), requested: String(fence) },
  );
}
