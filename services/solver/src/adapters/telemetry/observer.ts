import {
  ATTRIBUTES,
  inSpan,
  METRICS,
  record,
  secondsSince,
  tracer,
  type Logger,
} from '@trimtab/telemetry';
import type { Plan } from '../../domain/index.js';

/** One function per event of the solver. Values of holdings are never said. */
export interface Observer {
  /** Spans the making of a plan; its hash and size become attributes. */
  buildingPlan(build: () => Promise<Plan>): Promise<Plan>;
  /** A plan was stored; `isNew` is false when it was there already. */
  planStored(plan: Plan, isNew: boolean): void;
  /** It is known how far a plan is from the best one. */
  planCertified(plan: Plan, gapBps: number): void;
  /** HiGHS answered what whole numbers do not prove; the certificate does not depend on it. */
  answerUnproven(planHash: string, fault: string): void;
  /** A certificate could not be made now; it is tried again. */
  certificationFailed(planHash: string, error: unknown): void;
}

/** Writes to the active trace and to the log. */
export function createObserver(logger: Logger): Observer {
  const source = tracer('@trimtab/solver');
  return {
    buildingPlan: (build) =>
      inSpan(source, 'build_plan', {}, async (span) => {
        const startedMs = performance.now();
        const plan = await build();
        record(METRICS.planDuration, secondsSince(startedMs), {
          [ATTRIBUTES.planMode]: plan.summary.mode,
        });
        span.setAttributes(attributesOf(plan));
        return plan;
      }),
    planStored: (plan, isNew) => {
      logger.info({ ...attributesOf(plan), isNew, noOp: plan.summary.noOp }, 'plan stored');
    },
    planCertified: ({ summary }, gapBps) => {
      record(METRICS.planGap, gapBps, { [ATTRIBUTES.planMode]: summary.mode });
    },
    answerUnproven: (planHash, fault) => {
      logger.warn({ [ATTRIBUTES.planHash]: planHash, fault }, 'answer of HiGHS not proven');
    },
    certificationFailed: (planHash, error) => {
      logger.warn({ [ATTRIBUTES.planHash]: planHash, err: error }, 'certificate not made');
    },
  };
}

function attributesOf({
  planHash,
  summary,
  scores,
  rounds,
}: Plan): Record<string, string | number> {
  return {
    [ATTRIBUTES.planHash]: planHash,
    [ATTRIBUTES.planMode]: summary.mode,
    [ATTRIBUTES.vaultId]: summary.vaultId,
    [ATTRIBUTES.vaultVersion]: summary.vaultVersion,
    [ATTRIBUTES.snapshotHash]: summary.snapshotHash,
    [ATTRIBUTES.candidateCount]: scores.filter((line) => line.failedFilter === undefined).length,
    [ATTRIBUTES.roundCount]: rounds.length,
  };
}
