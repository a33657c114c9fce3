import type { Instant } from '@trimtab/core';
import type { Side } from '@trimtab/strategy';

/** A position of a vault. */
export interface VaultPosition {
  readonly assetId: string;
  readonly side: Side;
  /** Base units of the asset. */
  readonly quantity: bigint;
  /** Base units of the underlying behind a short; 0 for a long. */
  readonly collateral: bigint;
}

/** A vault. */
export interface VaultView {
  readonly vaultId: string;
  readonly mode: 'OPEN' | 'PAUSED' | 'CLOSING' | 'CLOSED';
  /** Rises with everything that changes what it holds. */
  readonly version: number;
  /** Base units of the underlying; below 0 in a deficit. */
  readonly cash: bigint;
  readonly positions: readonly VaultPosition[];
  /** Absent: nothing runs. */
  readonly openRebalanceId: string | undefined;
  readonly frozen: boolean;
  /** Why it is frozen; empty else. */
  readonly freezeReason: string;
}

/** A line of a vault's ledger. */
export interface LedgerLine {
  readonly sequence: number;
  readonly transactionId: string;
  readonly kind:
    'DEPOSIT' | 'WITHDRAWAL' | 'FILL' | 'FEE' | 'CORRECTION' | 'SPLIT' | 'MERGE' | 'SETTLE';
  readonly account: 'CASH' | 'POSITION' | 'COLLATERAL' | 'OWNER' | 'VENUE' | 'FEES' | 'SERIES';
  readonly assetId: string;
  /** LONG unless a position or collateral of a short. */
  readonly side: Side;
  /** The asset whose short the collateral belongs to; empty else. */
  readonly positionAssetId: string;
  /** Signed, in base units of the asset. */
  readonly amount: bigint;
  readonly bookTime: Instant;
}
