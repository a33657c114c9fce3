import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { Series } from '@trimtab/option-index';

/** What the engine keeps of an intent, as the intent service stores it for it (intent rules, StrategyIntent). */
export interface Runtime {
  /** The yearly drift now, in bps. */
  readonly currentDriftBps: number;
  readonly totalRolls: number;
  /** What all rolls cost together, in bps; a roll that gained lowers it. */
  readonly totalCostBps: number;
  /** Absent before the first roll. */
  readonly lastRollAt: Instant | undefined;
  readonly lastRollCostBps: number;
  /** The last rebalance that was accounted for; absent before the first. */
  readonly lastRebalanceId: string | undefined;
  /** Why the last tick of an agent failed; empty if it went well. */
  readonly lastError: string;
  /** Absent before the first report of it, and for other allocations. */
  readonly index: IndexRuntime | undefined;
  /** When the schedule is due next, as it was last computed; absent without a schedule. */
  readonly nextScheduleTime: Instant | undefined;
}

/**
 * What changes of a runtime. Of the index, too, only what changes is written: the pool writes units,
 * ledgerSequence and vaultVersion, the rebalance agent the rest, each under its own lease.
 */
export type RuntimePatch = Partial<Omit<Runtime, 'index'>> & {
  readonly index?: Partial<IndexRuntime>;
};

/** Why a series is bought. */
export type BuyTrigger = 'OPENING' | 'PRICE' | 'MATURITY';

/** What the engine keeps of the option index of an intent. */
export interface IndexRuntime {
  /** The series that the vault holds a half of; absent while it holds none. */
  readonly held: HeldSeries | undefined;
  /** The series to be bought next, chosen but not yet bought. */
  readonly next: NextSeries | undefined;
  /** Units in issue, 1 000 000 for each USDC of the first deposit: one for each base unit. */
  readonly issuedUnits: bigint;
  /** When the first unit was issued; absent before. */
  readonly firstUnitTime: Instant | undefined;
  /** The number of the last line of the vault's ledger that the units account for. */
  readonly ledgerSequence: number;
  /** The version of the vault at that line. */
  readonly vaultVersion: number;
  /** What was notified of the held series and needs no second word. */
  readonly notified: 'PRICE' | 'MATURITY' | undefined;
  /** How many times in a row a roll was put off. */
  readonly deferralCount: number;
  /** When what was put off is tried again; absent if nothing is. */
  readonly retryTime: Instant | undefined;
}

/** A series that is held, with the index at its purchase. */
export interface HeldSeries {
  readonly series: Series;
  readonly openTime: Instant;
  /** I / I0 at openTime; 1 for intents that hold P. */
  readonly index: Decimal;
  /** The model value of N at openTime; absent for intents that hold P. */
  readonly linkValue: Decimal | undefined;
}

/** A series that shall be bought. */
export interface NextSeries {
  readonly series: Series;
  readonly trigger: BuyTrigger;
  /** When it was chosen: the request id of its run derives from it. */
  readonly time: Instant;
}
