import type { Instant } from '@trimtab/core';
import type {
  LinearAnswer,
  LinearProgram,
  ManagerSettings,
  Plan,
  Policy,
  Strategy,
  StrategySnapshot,
  StrategyState,
} from '../domain/index.js';

/** A value of the registry with its history in two times. */
export interface Stored<T> {
  readonly value: T;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** A strategy's snapshot as it was submitted. */
export interface StoredSnapshot {
  readonly strategyId: string;
  readonly snapshot: StrategySnapshot;
  readonly observeTime: Instant;
}

/** A strategy with its latest snapshot. */
export interface RegisteredStrategy {
  readonly strategy: Stored<Strategy>;
  readonly snapshot?: StoredSnapshot;
}

/** A manager that is stored: it has an id and a version. */
export type Manager = ManagerSettings & Required<Pick<ManagerSettings, 'managerId' | 'version'>>;

/** A plan and when it was stored. */
export interface StoredPlan {
  readonly plan: Plan;
  readonly createTime: Instant;
}

/** A part of a list: at most `limit` entries after the last one of the part before. */
export interface StrategyPage {
  readonly limit: number;
  readonly afterStrategyId?: string;
  /** Every state if empty. */
  readonly states: readonly StrategyState[];
  /** Every strategy if empty. */
  readonly strategyIds: readonly string[];
}

/** As {@link StrategyPage}, for plans, the latest first. */
export interface PlanPage {
  readonly limit: number;
  readonly after?: { readonly createTime: Instant; readonly planHash: string };
  readonly vaultId?: string;
}

/** Where strategies, policies, managers and plans are kept. Every list has the order of its port. */
export interface SolverStore {
  /** Makes writers of one part of the registry wait for each other until the transaction ends. */
  serialize(part: 'strategies' | 'policies' | 'managers'): Promise<void>;
  findStrategy(strategyId: string): Promise<Stored<Strategy> | undefined>;
  findStrategyByAsset(assetId: string): Promise<Stored<Strategy> | undefined>;
  /** Those of the ids that are registered. */
  knownStrategies(strategyIds: readonly string[]): Promise<ReadonlySet<string>>;
  saveStrategy(strategy: Stored<Strategy>): Promise<void>;
  /** By strategyId. */
  allStrategies(): Promise<readonly RegisteredStrategy[]>;
  /** By strategyId. */
  listStrategies(page: StrategyPage): Promise<readonly RegisteredStrategy[]>;
  findSnapshots(strategyIds: readonly string[]): Promise<readonly StoredSnapshot[]>;
  saveSnapshots(snapshots: readonly StoredSnapshot[]): Promise<void>;
  /** The latest version unless one is named. */
  findPolicy(policyId: string, version?: number): Promise<Stored<Policy> | undefined>;
  /** Adds a version; earlier ones stay. */
  savePolicy(policy: Stored<Policy>): Promise<void>;
  findManager(managerId: string): Promise<Stored<Manager> | undefined>;
  saveManager(manager: Stored<Manager>): Promise<void>;
  /** Stores a plan, or returns the one that has the same hash already. */
  insertPlan(plan: StoredPlan): Promise<{ readonly stored: StoredPlan; readonly isNew: boolean }>;
  /** Verified. */
  findPlan(planHash: string): Promise<StoredPlan | undefined>;
  /** As it is stored, right or wrong. */
  readPlan(planHash: string): Promise<Plan | undefined>;
  /** By (createTime descending, planHash). */
  listPlans(page: PlanPage): Promise<readonly StoredPlan[]>;
}

/** What the solver needs to know of a price snapshot. */
export interface PriceSnapshot {
  readonly denomination: string;
  /** Every asset that was HEALTHY when the snapshot was taken. */
  readonly pricedAssets: ReadonlySet<string>;
}

/** Reads price snapshots of the oracle; `Call` carries deadline, cancellation and caller. */
export interface PriceSnapshots<Call> {
  /** Undefined when the oracle has no snapshot of this hash. */
  find(snapshotHash: string, call: Call): Promise<PriceSnapshot | undefined>;
}

/** Solves linear programs, elsewhere than on the event loop. */
export interface LinearProgramSolver {
  /**
   * What is answered is believed only after integers have checked it.
   *
   * @throws DomainFailure DEADLINE_EXCEEDED, and DEPENDENCY_UNAVAILABLE when too many programs wait
   *   already, the call was cancelled, or the solver failed
   */
  solve(
    program: LinearProgram,
    limits: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<LinearAnswer>;
}
