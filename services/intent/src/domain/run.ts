import type { Instant } from '@trimtab/core';
import type { DriftBand, Side } from '@trimtab/strategy';
import type { IndexTarget } from './index-run.js';

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
  readonly purpose: RunPurpose;
  /** The subject that started it. */
  readonly startedBy: string;
  /** The trace that started it, 32 hex digits; empty without tracing. */
  readonly traceId: string;
  /** The trace context that it was stored in, for whoever resumes it. */
  readonly traceparent?: string;
  readonly outcome: RunOutcome;
  readonly progress: RunProgress;
  readonly createTime: Instant;
  /** Absent while it runs. */
  readonly endTime: Instant | undefined;
}

/** What may start a run. SETTLEMENT is the end of the intent; callers cannot name it. */
export const RUN_TRIGGERS = [
  'MANUAL',
  'SCHEDULE',
  'DRIFT',
  'PRICE',
  'MATURITY',
  'SETTLEMENT',
  'OPENING',
  'COLLATERAL',
] as const;
/** What started a run. */
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** What a run is for. */
export const RUN_PURPOSES = ['REBALANCE', 'ROLL', 'SETTLE'] as const;
/** Weights, a roll of the option index, or the exit of every position. */
export type RunPurpose = (typeof RUN_PURPOSES)[number];

/** How a run ended, if it did. */
export type RunOutcome =
  | { readonly kind: 'RUNNING' }
  | { readonly kind: 'REBALANCE'; readonly rebalanceId: string }
  | { readonly kind: 'NO_OP'; readonly reason: string; readonly message: string }
  | { readonly kind: 'REFUSED'; readonly reason: string; readonly message: string };

/**
 * What the steps found so far. Every field is written once and never changes, so that a retry asks
 * every other service exactly what the first attempt asked.
 */
export interface RunProgress {
  /** The series that was asked for; the option index only, absent: one is chosen. */
  readonly requestedSeriesId?: string;
  /** What a run of the option index buys. */
  readonly index?: IndexTarget;
  /** The assets to be priced, sorted. */
  readonly assetIds?: readonly string[];
  /** The band of a run that drift started, as it was then. */
  readonly driftBand?: DriftBand;
  readonly snapshotHash?: string;
  readonly valuation?: Valuation;
  readonly plan?: PlanSummary;
}

/** How far a run is; each word says what is done. */
export type RunStep = 'STARTED' | 'SNAPSHOT_TAKEN' | 'PLAN_BUILT' | 'REBALANCE_CREATED' | 'ENDED';

/** How far a run is. */
export function stepOf({ outcome, progress }: Pick<Run, 'outcome' | 'progress'>): RunStep {
  if (outcome.kind === 'REBALANCE') return 'REBALANCE_CREATED';
  if (outcome.kind !== 'RUNNING') return 'ENDED';
  if (progress.plan !== undefined) return 'PLAN_BUILT';
  return progress.snapshotHash === undefined ? 'STARTED' : 'SNAPSHOT_TAKEN';
}

/** The series that a run of the option index buys, as far as it is known. */
export function seriesOfRun({ progress }: Pick<Run, 'progress'>): string | undefined {
  return progress.index === undefined ? progress.requestedSeriesId : progress.index.seriesId;
}

/** A vault at the prices of a snapshot. */
export interface Valuation {
  readonly vaultVersion: number;
  readonly fence: number;
  /** Base units of the underlying, as text. */
  readonly nav: string;
  readonly weights: readonly PositionWeight[];
}

/** The live weight of a position. */
export interface PositionWeight {
  readonly assetId: string;
  readonly side: Side;
  readonly weightBps: number;
}

/** What a run needs to know of its plan. */
export interface PlanSummary {
  readonly planHash: string;
  readonly noOp: boolean;
  readonly totalDeltaBps: number;
}
