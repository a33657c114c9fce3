import type { Instant } from '@trimtab/core';
import type { EarlierRebalance } from '../domain/run-limits.js';
import type { Run, RunOutcome, RunProgress } from '../domain/run.js';
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
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  start(key: RequestKey, run: Run, whenBusy: (other: Run) => RunOutcome): Promise<Run>;
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
