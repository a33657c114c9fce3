import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { Series } from '@trimtab/option-index';
import type { Target } from '@trimtab/strategy';
import type { IntentView } from '../domain/intent-view.js';
import type { RebalanceView, RunTrigger, RunView } from '../domain/run.js';
import type { LedgerLine, VaultView } from '../domain/vault.js';
import type { AgentKind, TickResult, Work } from '../domain/work.js';

export type { RebalanceView, RunTrigger, RunView } from '../domain/run.js';
export type { LedgerLine, VaultPosition, VaultView } from '../domain/vault.js';

/** What is reported of a piece of work, once for each request id. */
export interface WorkReport extends TickResult {
  readonly requestId: string;
  readonly work: Work;
  /** Absent: the lease is kept and the work stays due. */
  readonly releases: boolean;
  /** Whether the attempt failed: it counts, until one goes well. */
  readonly failed: boolean;
}

/** The intent service. Every write carries the lease of a work and is refused as LEASE_LOST under an old one. */
export interface IntentPort {
  claim(request: {
    readonly engineId: string;
    /** Empty: of every agent. */
    readonly kinds: readonly AgentKind[];
    readonly limit: number;
    readonly leaseSeconds: number;
  }): Promise<readonly Work[]>;
  /** @throws DomainFailure INTENT_NOT_FOUND */
  get(intentId: string): Promise<IntentView>;
  /** @throws DomainFailure LEASE_LOST, INTENT_TERMINAL */
  report(report: WorkReport): Promise<void>;
  /**
   * Runs the pipeline once; the same request id gives the same run.
   *
   * @throws DomainFailure INTENT_NOT_ACTIVE, INTENT_TERMINAL, INTENT_NOT_ACTIVATED, LEASE_LOST
   */
  rebalance(request: {
    readonly requestId: string;
    readonly intentId: string;
    readonly trigger: RunTrigger;
    readonly leaseToken: bigint;
    /** The series to buy; the option index only. */
    readonly series?: Series;
  }): Promise<RunView>;
  /** The latest runs, the latest first. */
  lastRuns(intentId: string, count: number): Promise<readonly RunView[]>;
  /** The series that intents of a ticker hold or are about to buy. */
  listSeries(ticker: string): Promise<readonly Series[]>;
  /** Ends an intent; it is COMPLETED once its vault is flat. */
  complete(request: EndRequest): Promise<void>;
  /** Moves an intent to ERROR. */
  fail(request: EndRequest): Promise<void>;
}

/** How an intent is ended. */
export interface EndRequest {
  readonly requestId: string;
  readonly intentId: string;
  readonly leaseToken: bigint;
  readonly reason: string;
}

/** A price of the oracle. */
export interface PriceView {
  /** Absent if none was ever published. */
  readonly price: Decimal | undefined;
  readonly state: 'HEALTHY' | 'STALE' | 'NO_QUORUM' | 'HALTED';
  readonly publishTime: Instant | undefined;
}

/** What a market maker says. */
export interface QuoteView {
  readonly publisher: string;
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly observeTime: Instant;
}

/** What the engine tells the oracle of an asset. */
export type Observation =
  | { readonly kind: 'PRICE'; readonly assetId: string; readonly price: Decimal }
  | {
      readonly kind: 'QUOTE';
      readonly assetId: string;
      readonly bid: Decimal;
      readonly ask: Decimal;
    };

/** The terms of an asset. */
export interface AssetView {
  readonly decimals: number;
  readonly lot: bigint;
  readonly minimumOrder: bigint;
}

/** The oracle. */
export interface OraclePort {
  /** Absent: no such asset. */
  asset(assetId: string): Promise<AssetView | undefined>;
  /** Absent: no such asset. */
  price(assetId: string): Promise<PriceView | undefined>;
  /** The price as it was at a time; absent: none is kept of that time. */
  priceAt(assetId: string, time: Instant): Promise<PriceView | undefined>;
  /** The latest quotes; empty for an unknown asset. */
  quotes(assetId: string): Promise<readonly QuoteView[]>;
  /** Registers both halves of a series with the terms of the base; known ones stay as they are. */
  registerSeries(series: Series, base: AssetView): Promise<void>;
  /** Observations of now, as a publisher of the engine's; refused ones throw. */
  publish(observations: readonly Observation[], time: Instant): Promise<void>;
}

/** Vaults. */
export interface VaultPort {
  /** @throws DomainFailure VAULT_NOT_FOUND */
  get(vaultId: string): Promise<VaultView>;
  /** Every line after a sequence, by sequence. */
  linesAfter(vaultId: string, sequence: number): Promise<readonly LedgerLine[]>;
  /**
   * Pays what a vault holds of a matured series.
   *
   * @throws DomainFailure SERIES_NOT_MATURED, VAULT_BUSY, PRICE_MISSING, …
   */
  settleSeries(request: SeriesRequest): Promise<void>;
  /** Merges equal amounts of both halves into the base asset. */
  mergeSeries(request: SeriesRequest & { readonly amount: bigint }): Promise<void>;
}

/** What is done with a series in a vault. */
export interface SeriesRequest {
  readonly requestId: string;
  readonly vaultId: string;
  readonly series: Series;
}

/** OrderGen. */
export interface OrderGenPort {
  /** @throws DomainFailure REBALANCE_NOT_FOUND */
  get(rebalanceId: string): Promise<RebalanceView>;
}

/** The solver. */
export interface SolverPort {
  /** The targets of a plan, by asset and side; absent: no such plan. */
  targets(planHash: string): Promise<readonly Target[] | undefined>;
}

/** Calendars: when a cron expression is next due in a time zone, strictly after a time; absent: never. */
export interface Calendar {
  next(
    schedule: { readonly cron: string; readonly timeZone: string },
    after: Instant,
  ): Instant | undefined;
}

/** Request ids that a retry derives again: UUIDv5 of a namespace and what is done. */
export interface DerivedIds {
  of(...parts: readonly (string | number)[]): string;
}

/** What the agents work with. */
export interface Ports {
  readonly intents: IntentPort;
  readonly oracle: OraclePort;
  /** The same oracle, where observations are the market maker's. */
  readonly marketMaker: Pick<OraclePort, 'publish'>;
  readonly vaults: VaultPort;
  readonly orderGen: OrderGenPort;
  readonly solver: SolverPort;
  readonly calendar: Calendar;
  readonly derivedIds: DerivedIds;
}

/** The figures that the agents go by, from the configuration of the engine. */
export interface AgentSettings {
  /** Volatility of each base asset, of a year; the default under `*`. */
  readonly volatilities: ReadonlyMap<string, Decimal>;
  /** What the market maker asks around the model, in bps of the model value, half of it on each side. */
  readonly spreadBps: number;
  /** Least time between two rolls of an intent. */
  readonly minimumRollIntervalMillis: number;
  /** From the maturity on, how long a settlement waits. */
  readonly settlementDelayMillis: number;
  /** How often the oracle agent publishes. */
  readonly oracleIntervalMillis: number;
  /** How often the market maker quotes. */
  readonly quoteIntervalMillis: number;
  /** How old a quote may be to count. */
  readonly quoteMaxAgeMillis: number;
  /** How often the position monitor looks. */
  readonly monitorIntervalMillis: number;
  /** How often drift is looked at without a move of the price, and how far it may move before. */
  readonly driftIntervalMillis: number;
  readonly driftMoveBps: number;
  /** How soon something that is under way is looked at again. */
  readonly pollMillis: number;
  /** How soon the pool or swap taker looks again without being asked; and how long a refused roll waits at first and at most. */
  readonly idleMillis: number;
  readonly firstDeferralMillis: number;
  readonly maxDeferralMillis: number;
  /** Cash of the option index below this part of NAV stays uninvested. */
  readonly idleCashBps: number;
}

/** An agent of one piece of work. Made anew for each tick: what it knows is in the intent service. */
export interface Agent {
  /** One look at the world, and what follows. Throws what went wrong; the scheduler retries with backoff. */
  tick(now: Instant): Promise<TickResult>;
}

/** Makes the agent of a piece of work. */
export type CreateAgent = (work: Work) => Agent;
