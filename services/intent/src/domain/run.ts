import type { Instant } from '@trimtab/core';

/**
 * One run of the rebalance pipeline: a row that is written first, with who started it and why, and
 * that a retry with the same request id finishes after a crash (intent rules, triggers of a rebalance).
 */
export interface Run {
  /** A UUID: the namespace of the request ids of its steps. */
  readonly id: string;
  readonly intentId: string;
  readonly vaultId: string;
  readonly trigger: RunTrigger;
  /** The subject that started it. */
  readonly subject: string;
  /** The caller's own words for why; may be empty. */
  readonly note: string;
  /** The trace that started it, 32 hex digits; empty without tracing. */
  readonly traceId: string;
  readonly outcome: RunOutcome;
  readonly progress: RunProgress;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** What may start a run. */
export const RUN_TRIGGERS = ['MANUAL', 'SCHEDULE', 'DRIFT', 'PRICE', 'MATURITY'] as const;
/** What started a run. */
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** How a run ended, if it did. */
export type RunOutcome =
  | { readonly kind: 'RUNNING' }
  | { readonly kind: 'REBALANCE'; readonly rebalanceId: string }
  | { readonly kind: 'NO_OP'; readonly reason: string; readonly message: string }
  | { readonly kind: 'REFUSED'; readonly reason: string; readonly message: string };

/** What the completed steps found; every field is written once and never changes. */
export interface RunProgress {
  readonly snapshotHash?: string;
  readonly vaultVersion?: number;
  readonly fence?: number;
  readonly planHash?: string;
}

/** The steps that change another service; the request id of each is derived from the run. */
export const RUN_STEPS = ['take-snapshot', 'build-plan', 'create-rebalance'] as const;
/** A step with a request id of its own. */
export type RunStep = (typeof RUN_STEPS)[number];
