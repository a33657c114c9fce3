import type { Instant } from '@trimtab/core';
import type { PriceEntry } from '../domain/price-book.js';
import type { Target } from '../domain/targets.js';

/** What the hash of a snapshot covers, as the rules read it. */
export interface SnapshotContent {
  readonly snapshotHash: string;
  readonly denomination: string;
  readonly entries: readonly PriceEntry[];
}

/** A snapshot as it was fetched, verified against its hash. */
export interface SnapshotCopy extends SnapshotContent {
  /** When TakeSnapshot last returned it; its age counts from here. */
  readonly takeTime: Instant;
  /** What is stored: the message of the oracle, without the times that the hash does not cover. */
  readonly bytes: Uint8Array;
}

/** A plan as OrderGen keeps it: its own copy, every hash of it recomputed. */
export interface PlanCopy {
  readonly planHash: string;
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly snapshotHash: string;
  readonly targetWeightsHash: string;
  readonly txBundleHash: string;
  readonly noOp: boolean;
  readonly targets: readonly Target[];
  /** What is stored: the message of the solver. */
  readonly bytes: Uint8Array;
}
