import type { Instant } from '@trimtab/core';
import type { IndexTarget } from '../domain/index-run.js';
import type { Intent } from '../domain/intent.js';
import type { EarlierRebalance } from '../domain/run-limits.js';
import type { Run, RunOutcome, RunProgress, RunPurpose } from '../domain/run.js';
import type { RequestKey } from './ports.js';

/** The part of a list of runs that is asked for. */
export interface RunPage {
  /** The last run of the page before; absent for the first. */
  readonly afterRunId: string | undefined;
  readonly limit: number;
}

/** A run, and who takes it to its end: one driver at a time. */
export interface RunLease {
  readonly runId: string;
  readonly leaseId: string;
}

/** Under what a run is stored. */
export interface StartTerms {
  /** How it ends at once if another run of its intent has not ended. */
  readonly whenBusy: (other: Run) => RunOutcome;
  /** The lease of the engine that must be the current one; absent: nobody's. */
  readonly leaseToken?: bigint | undefined;
}

/** What a run of the option index was found to be. */
export interface SeriesChoice {
  readonly intent: Intent;
  readonly index: IndexTarget;
  readonly purpose: RunPurpose;
  readonly now: Instant;
}

/** Runs of the pipeline. */
export interface RunStore {
  /**
   * The run that an earlier request with this key started.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  findStarted(key: RequestKey): Promise<Run | undefined>;
  /**
   * Stores the run, or returns the one that a twin with the same key stored. A run that shall start
   * while another one of its intent has not ended is stored with the outcome `whenBusy`; settlements
   * neither wait for others nor keep them away.
   *
   * @throws DomainFailure REQUEST_ID_REUSED, LEASE_LOST
   */
  start(key: RequestKey, run: Run, terms: StartTerms): Promise<Run>;
  /** The runs of an intent, the latest first. */
  list(intentId: string, page: RunPage): Promise<readonly Run[]>;
  /**
   * Waits until nobody else drives the run, and takes it; a run that has ended is returned as it is.
   * A lease ends by itself some seconds after its last use.
   *
   * @throws DomainFailure UNAVAILABLE when the signal aborts meanwhile
   */
  lease(lease: RunLease, signal: AbortSignal | undefined): Promise<Run>;
  /** Lets another driver have the run. */
  release(lease: RunLease): Promise<void>;
  /** Adds to the progress; what is known already stays. Returns the run as it is now. */
  advance(lease: RunLease, progress: RunProgress): Promise<Run>;
  /**
   * Keeps what a run of the option index buys, and has it priced: the series is listed and the oracle
   * agent is due. What is known already stays. Returns the run as it is now.
   */
  chooseSeries(lease: RunLease, choice: SeriesChoice): Promise<Run>;
  /**
   * Ends the run, unless the lease was lost: then it is not known what the other driver finds, and it
   * is that one's to end. Returns the run as it is now.
   */
  end(lease: RunLease, outcome: RunOutcome, now: Instant): Promise<Run>;
  /** Runs that nobody drives since some seconds, the longest first. */
  leftBehind(limit: number): Promise<readonly Run[]>;
  /** Runs that made a rebalance after a time, settlements left out, the latest first. */
  rebalancesSince(intentId: string, since: Instant): Promise<readonly EarlierRebalance[]>;
  /** Keeps what the rebalance of a run cost. */
  keepCost(runId: string, costBps: number): Promise<void>;
}
