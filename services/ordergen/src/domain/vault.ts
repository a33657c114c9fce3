import type { Instant } from '@trimtab/core';
import type { AllowedActions } from './allowed-actions.js';
import type { Position } from './position.js';

/** The account that holds positions (order generation rules, sections 5 and 6). */

/** What a vault takes; changed by its mode methods alone. */
export type VaultMode = 'OPEN' | 'PAUSED' | 'CLOSING' | 'CLOSED';

/** What holds a vault, beside its mode. */
export type VaultHold = 'DEFICIT' | 'FROZEN';

/** What a rebalance is for. */
export type RebalancePurpose = 'REBALANCE' | 'ROLL' | 'SETTLE';

/** What a vault allows. */
export interface VaultPolicy extends AllowedActions {
  /** How far an execution price may be from the reference, 0 to 10 000. */
  readonly slippageLimitBps: number;
  /** How old a snapshot may be when a rebalance is created, at least 1. */
  readonly snapshotMaxAgeSeconds: number;
  /** How long an approval is waited for, at least 1. */
  readonly approvalTtlSeconds: number;
  /** Whether a second subject must approve every rebalance but SETTLE. */
  readonly fourEyes: boolean;
}

/** The policy of a vault that says nothing else. */
export const DEFAULT_POLICY: VaultPolicy = {
  allowedActions: [],
  allowedCollateralActions: [],
  slippageLimitBps: 50,
  snapshotMaxAgeSeconds: 60,
  approvalTtlSeconds: 60,
  fourEyes: false,
};

/** A vault without what it holds of assets. */
export interface Vault {
  readonly vaultId: string;
  /** The subject that it belongs to. */
  readonly owner: string;
  /** Sorted, without duplicates. */
  readonly managers: readonly string[];
  /** Sorted, without duplicates. */
  readonly approvers: readonly string[];
  readonly policy: VaultPolicy;
  /** The most that may ever be deposited, in base units of the underlying. */
  readonly depositLimit?: bigint;
  /** What was deposited in all, valued when it came, in base units of the underlying. */
  readonly deposited: bigint;
  /** The underlying. */
  readonly denomination: string;
  readonly denominationDecimals: number;
  readonly mode: VaultMode;
  /** Rises by 1 with every change of the mode. */
  readonly fence: number;
  /** Rises by 1 with every change of cash or positions. */
  readonly version: number;
  /** The number of ledger lines so far. */
  readonly ledgerSequence: number;
  /** In base units of the underlying. */
  readonly cash: bigint;
  readonly frozen: boolean;
  /** Why it is frozen. */
  readonly freezeReason?: string;
  /** The rebalance that runs. */
  readonly openRebalanceId?: string;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** A vault with its positions, by (assetId, side). */
export interface HeldVault extends Vault {
  readonly positions: readonly Position[];
}

/** What holds the vault now: DEFICIT while cash is below 0, FROZEN until it is unfrozen. */
export function holdsOf(vault: Pick<Vault, 'cash' | 'frozen'>): readonly VaultHold[] {
  return [
    ...(vault.cash < 0n ? (['DEFICIT'] as const) : []),
    ...(vault.frozen ? (['FROZEN'] as const) : []),
  ];
}

/**
 * Whether a rebalance may send an action now: never from a frozen vault, and after the vault began
 * to close only to settle it. PAUSED lets a running one finish.
 */
export function mayDispatch(
  vault: Pick<Vault, 'mode' | 'frozen'>,
  purpose: RebalancePurpose,
): boolean {
  if (vault.frozen || vault.mode === 'CLOSED') return false;
  return vault.mode !== 'CLOSING' || purpose === 'SETTLE';
}
