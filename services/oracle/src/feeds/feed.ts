import type { Instant } from '@trimtab/core';

/**
 * A feed is a client of the oracle that says what one or several publishers see. It counts and
 * reports what goes wrong and goes on; it stops when its source ends or its signal says so.
 */
export interface Feed {
  readonly name: string;
  /**
   * Runs until the source ends or the signal aborts, and then resolves; nothing is submitted
   * afterwards.
   *
   * @throws DomainFailure when the oracle refuses the publisher, which trying again cannot help
   */
  run(signal: AbortSignal): Promise<FeedCounts>;
}

/** What one publisher saw of one asset, ready to be submitted. Decimals are canonical. */
export type FeedObservation = FeedSeen &
  (
    | { readonly kind: 'PRICE'; readonly price: string }
    | { readonly kind: 'QUOTE'; readonly bid: string; readonly ask: string }
  );

interface FeedSeen {
  readonly publisher: string;
  readonly assetId: string;
  readonly observeTime: Instant;
  /** Rises with every observation of the publisher for the asset. */
  readonly sequence: bigint;
}

/** What a feed did so far: accepted + ignored + refused are all that was submitted. */
export interface FeedCounts {
  readonly acceptedCount: number;
  readonly ignoredCount: number;
  readonly refusedCount: number;
  /** Calls of the source or the oracle that failed. */
  readonly errorCount: number;
}

/** Why something did not become a price. */
export interface FeedProblem {
  /** An error reason of the oracle, of an outbound call, or PRICE_UNREADABLE, HTTP_STATUS, ORACLE_FAILED. */
  readonly reason: string;
  readonly message: string;
}

/** Who is told what happens. */
export interface FeedReporter {
  submitted(progress: FeedCounts): void;
  /** One observation that the oracle refused. */
  refused(problem: FeedProblem & { readonly observation: FeedObservation }): void;
  /** A call that failed; the feed tries again after the wait. */
  failed(problem: FeedProblem & { readonly retryMillis: number }): void;
}

/** Waits, or returns at once when the signal aborts. */
export type Pause = (millis: number, signal: AbortSignal) => Promise<void>;
