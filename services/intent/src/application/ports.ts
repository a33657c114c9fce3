import type { Instant } from '@trimtab/core';
import type { Caller } from '@trimtab/grpc';
import type { DriftBand, Side, Target, Violation } from '@trimtab/strategy';
import type { Intent, IntentState } from '../domain/intent.js';
import type { KnownPrice } from '../domain/portfolio.js';
import type {
  PlanSummary,
  Run,
  RunOutcome,
  RunProgress,
  Valuation,
  RunPurpose,
} from '../domain/run.js';

/** For whom a use case runs, and until when; it travels to every further call. */
export interface Call {
  readonly caller: Caller;
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: Date | undefined;
}

/** The key of a request that must have one effect, however often it is sent. */
export interface RequestKey {
  readonly subject: string;
  readonly method: string;
  readonly requestId: string;
  /** Hash of the request: the same id with another body is refused. */
  readonly requestHash: string;
}

/** What a creation answered when it was complete: a repeat gets the same. */
export interface CreatedIntent {
  readonly intent: Intent;
  readonly warnings: readonly Violation[];
}

/** An intent in the store. */
export interface StoredIntent {
  readonly intent: Intent;
  /** Absent while the activation is under way. */
  readonly firstAnswer: CreatedIntent | undefined;
}

/** Which intents a list holds. */
export interface IntentFilter {
  /** Absent: of every owner. */
  readonly owner: string | undefined;
  /** Empty: in every state. */
  readonly states: readonly IntentState[];
}

/** The part of a list that is asked for. */
export interface IntentPage {
  /** Only ids after this one; empty for the first page. */
  readonly afterIntentId: string;
  readonly limit: number;
}

/** Intents. */
export interface IntentStore {
  find(intentId: string): Promise<StoredIntent | undefined>;
  /** By intent id. */
  list(filter: IntentFilter, page: IntentPage): Promise<readonly Intent[]>;
  /**
   * The intent that an earlier request with this key created.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  findCreated(key: RequestKey): Promise<StoredIntent | undefined>;
  /**
   * Stores the intent and the key together, or returns what a twin with the same key stored.
   *
   * @throws DomainFailure VAULT_IN_USE when another live intent has the vault, REQUEST_ID_REUSED
   */
  insert(key: RequestKey, intent: Intent): Promise<StoredIntent>;
  /** Writes the vault that was made, unless the activation has ended. */
  attachVault(intentId: string, vaultId: string, now: Instant): Promise<Intent>;
  /** Ends the activation, once: a second end changes nothing and gets the first answer. */
  endActivation(answer: CreatedIntent): Promise<CreatedIntent>;
  /**
   * Changes what the owner wrote, once for each key; `change` is given the intent under its lock and
   * refuses by throwing.
   *
   * @throws DomainFailure INTENT_NOT_FOUND, REQUEST_ID_REUSED and what `change` refuses
   */
  update(
    key: RequestKey,
    intentId: string,
    change: (intent: Intent) => CreatedIntent,
  ): Promise<CreatedIntent>;
  /** Live intents whose vault still has another deposit limit than their max_capital. */
  staleLimits(limit: number): Promise<readonly Intent[]>;
  /** The vault has the limit of this version of the intent. */
  limitSet(intent: Intent): Promise<void>;
}

/** The part of a list of runs that is asked for. */
export interface RunPage {
  /** The last run of the page before; absent for the first. */
  readonly afterRunId: string | undefined;
  readonly limit: number;
}

/** Runs of the pipeline. */
export interface RunStore {
  /**
   * The run that an earlier request with this key started.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  findStarted(key: RequestKey): Promise<Run | undefined>;
  /** Stores the run, or returns the one that a twin with the same key stored. */
  start(key: RequestKey, run: Run): Promise<Run>;
  /** The runs of an intent, the latest first. */
  list(intentId: string, page: RunPage): Promise<readonly Run[]>;
  /** Adds to the progress; what is known already stays. Returns the run as it is now. */
  advance(runId: string, progress: RunProgress): Promise<Run>;
  /** Ends the run, once: a second end changes nothing. Returns the run as it is now. */
  end(runId: string, outcome: RunOutcome, now: Instant): Promise<Run>;
}

/** Prices, from the oracle. */
export interface OraclePort {
  /** Those of the assets whose price is HEALTHY; unknown assets are not. */
  healthyAssets(assetIds: readonly string[], call: Call): Promise<ReadonlySet<string>>;
  /** The last published prices, whatever their state; an asset without one is left out. */
  lastPrices(assetIds: readonly string[], call: Call): Promise<ReadonlyMap<string, KnownPrice>>;
  /** The lots of the assets, in base units; an unknown asset has none. */
  lotsOf(assetIds: readonly string[], call: Call): Promise<ReadonlyMap<string, bigint>>;
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
}

/** Rebalances, from OrderGen. */
export interface OrderGenPort {
  /** Returns the rebalance's id. */
  createRebalance(request: RebalanceRequest, call: Call): Promise<string>;
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

/** Request ids of steps: the same parent and step give the same id, on every attempt (UUIDv5). */
export interface StepIds {
  /** Of a step of a run. */
  ofRun(runId: string, step: string): string;
  /** Of a step of an intent's activation. */
  ofIntent(intentId: string, step: string): string;
  /** Of a step of a change of state. */
  ofChange(changeId: string, step: string): string;
}

/** What happened, for logs and metrics. */
export interface IntentObserver {
  intentCreated(event: { readonly intentId: string; readonly type: string }): void;
  intentActivated(event: { readonly intentId: string; readonly vaultId: string }): void;
  activationFailed(event: { readonly intentId: string; readonly reason: string }): void;
  stateChangeAccepted(event: {
    readonly intentId: string;
    readonly to: string;
    readonly reason: string;
  }): void;
  stateChanged(event: {
    readonly intentId: string;
    readonly to: string;
    readonly reason: string;
  }): void;
  stateChangeStalled(event: { readonly intentId: string; readonly error: unknown }): void;
  intentUpdated(event: { readonly intentId: string }): void;
  depositLimitFailed(event: { readonly intentId: string; readonly error: unknown }): void;
  runStarted(event: { readonly runId: string; readonly intentId: string }): void;
  runEnded(event: {
    readonly runId: string;
    readonly intentId: string;
    readonly outcome: RunOutcome['kind'];
    readonly reason: string;
  }): void;
}
