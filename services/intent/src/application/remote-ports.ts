import type { Instant } from '@trimtab/core';
import type { DriftBand, ExecutedRebalance, Side, Target } from '@trimtab/strategy';
import type { KnownPrice } from '../domain/portfolio.js';
import type { PlanSummary, RunPurpose, Valuation } from '../domain/run.js';
import type { Call } from './ports.js';

/** Prices, from the oracle. */
export interface OraclePort {
  /** Those of the assets whose price is HEALTHY; unknown assets are not. */
  healthyAssets(assetIds: readonly string[], call: Call): Promise<ReadonlySet<string>>;
  /** The price of an asset, a canonical decimal, if it is HEALTHY. */
  healthyPrice(assetId: string, call: Call): Promise<string | undefined>;
  /** The last published prices, whatever their state; an asset without one is left out. */
  lastPrices(assetIds: readonly string[], call: Call): Promise<ReadonlyMap<string, KnownPrice>>;
  /** The lots of the assets, in base units; an unknown asset has none. */
  lotsOf(assetIds: readonly string[], call: Call): Promise<ReadonlyMap<string, bigint>>;
  /** The decimals of the assets; an unknown asset has none. */
  decimalsOf(assetIds: readonly string[], call: Call): Promise<ReadonlyMap<string, number>>;
  /** Freezes the prices; returns the snapshot's hash. */
  takeSnapshot(
    request: { readonly requestId: string; readonly assetIds: readonly string[] },
    call: Call,
  ): Promise<string>;
}

/** What a plan shall be made of. */
export interface PlanRequest {
  readonly requestId: string;
  readonly vaultId: string;
  readonly valuation: Valuation;
  readonly snapshotHash: string;
  readonly generateTime: Instant;
  readonly weights:
    | {
        readonly mode: 'EXPLICIT';
        readonly targets: readonly Target[];
        readonly policyId: string | undefined;
      }
    | {
        readonly mode: 'ROUNDS';
        readonly policyId: string;
        readonly managerId: string | undefined;
        readonly allowedStrategies: readonly string[];
      };
}

/** Plans, from the solver. */
export interface SolverPort {
  /** The assets of the strategies that exist. */
  strategyAssets(strategyIds: readonly string[], call: Call): Promise<readonly string[]>;
  buildPlan(request: PlanRequest, call: Call): Promise<PlanSummary>;
}

/** What a rebalance shall be made of. */
export interface RebalanceRequest {
  readonly requestId: string;
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly fence: number;
  readonly purpose: RunPurpose;
  /** Absent for SETTLE, which exits every position. */
  readonly planHash: string | undefined;
  readonly snapshotHash: string;
  /** Absent: every position is traded. */
  readonly driftBand: DriftBand | undefined;
  /** Absent: that of the vault's policy. */
  readonly slippageLimitBps: number | undefined;
}

/** Rebalances, from OrderGen. */
export interface OrderGenPort {
  /** Returns the rebalance's id. */
  createRebalance(request: RebalanceRequest, call: Call): Promise<string>;
  getRebalance(rebalanceId: string, call: Call): Promise<ExecutedRebalance>;
  cancelRebalance(
    request: { readonly requestId: string; readonly rebalanceId: string; readonly reason: string },
    call: Call,
  ): Promise<void>;
}

/** A vault, as far as an intent needs to know it. */
export interface VaultView {
  readonly vaultId: string;
  readonly owner: string;
  /** OPEN, PAUSED, CLOSING, CLOSED. */
  readonly mode: string;
  /** Rises with everything that changes what the vault holds. */
  readonly version: number;
  /** Base units of the underlying; below 0 in a deficit. */
  readonly cash: bigint;
  readonly positions: readonly VaultPosition[];
  /** Absent: nothing runs. */
  readonly openRebalanceId: string | undefined;
}

/** A position of a vault. */
export interface VaultPosition {
  readonly assetId: string;
  readonly side: Side;
  /** Base units of the asset. */
  readonly quantity: bigint;
  /** Base units of the underlying behind a short; 0 for a long. */
  readonly collateral: bigint;
}

/** A mode that the intent service sets. */
export type VaultModeToSet = 'OPEN' | 'PAUSED' | 'CLOSING';

/** Vaults, from OrderGen. */
export interface VaultPort {
  getVault(vaultId: string, call: Call): Promise<VaultView>;
  /** The vaults of an owner that are not closed. */
  listVaults(owner: string, call: Call): Promise<readonly VaultView[]>;
  valueVault(
    request: { readonly vaultId: string; readonly snapshotHash: string },
    call: Call,
  ): Promise<Valuation>;
  /** Opens a vault of the caller; the limit is in base units of the underlying. Returns its id. */
  createVault(
    request: { readonly requestId: string; readonly depositLimit: bigint },
    call: Call,
  ): Promise<string>;
  /** Takes an amount in base units of the asset. */
  deposit(
    request: {
      readonly requestId: string;
      readonly vaultId: string;
      readonly assetId: string;
      readonly amount: bigint;
    },
    call: Call,
  ): Promise<void>;
  /** Sets the mode; one that stands already is set again without effect. */
  setMode(
    request: {
      readonly requestId: string;
      readonly vaultId: string;
      readonly mode: VaultModeToSet;
      readonly reason: string;
    },
    call: Call,
  ): Promise<void>;
  /** Pays an amount in base units of the asset to the owner. */
  withdraw(
    request: {
      readonly requestId: string;
      readonly vaultId: string;
      readonly assetId: string;
      readonly amount: bigint;
    },
    call: Call,
  ): Promise<void>;
  /** Pays what the vault holds of a matured series. */
  settleSeries(
    request: { readonly requestId: string; readonly vaultId: string; readonly seriesId: string },
    call: Call,
  ): Promise<void>;
  /** Closes a flat vault for ever. */
  closeVault(
    request: { readonly requestId: string; readonly vaultId: string },
    call: Call,
  ): Promise<void>;
  /** Limits what may be deposited, in base units of the underlying. */
  setDepositLimit(
    request: { readonly requestId: string; readonly vaultId: string; readonly limit: bigint },
    call: Call,
  ): Promise<void>;
}

/** The four services that the pipeline calls. */
export interface RemoteServices {
  readonly oracle: OraclePort;
  readonly solver: SolverPort;
  readonly orderGen: OrderGenPort;
  readonly vaults: VaultPort;
}
