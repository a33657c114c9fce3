import { err, ok, type Result } from '@trimtab/core';
import { checkPlan } from './check-plan.js';
import type { Plan } from './plan.js';
import { documentHashes, planHashOf } from './plan-hash.js';

/** The first place where a plan is not what its hashes and its inputs say. */
export interface PlanDifference {
  /** The field of the plan, e.g. `summary.targetWeightsHash` or `targets[2].weightBps`. */
  readonly field: string;
  /** What the plan states. */
  readonly stated: string;
  /** What follows from its documents. */
  readonly recomputed: string;
  readonly message: string;
}

/**
 * Recomputes the hashes of a plan from its documents, then checks the result against the inputs
 * apart from the allocation, and names the first difference. Run before a plan is stored and after
 * it is loaded.
 */
export function verifyPlan(plan: Plan): Result<undefined, PlanDifference> {
  const hashes = documentHashes(plan);
  const { summary } = plan;
  const differences = [
    compareField('summary.inputsHash', summary.inputsHash, hashes.inputsHash),
    compareField('summary.scoresHash', summary.scoresHash, hashes.scoresHash),
    compareField('summary.targetWeightsHash', summary.targetWeightsHash, hashes.targetWeightsHash),
    compareField('summary.txBundleHash', summary.txBundleHash, hashes.txBundleHash),
    compareField('planHash', plan.planHash, planHashOf(summary)),
    ...checkPlan(plan).map(([field, stated, recomputed]) =>
      compareField(field, stated, recomputed),
    ),
  ];
  const first = differences.find((difference) => difference !== undefined);
  return first === undefined ? ok(undefined) : err(first);
}

function compareField(
  field: string,
  stated: string,
  recomputed: string,
): PlanDifference | undefined {
  if (stated === recomputed) return undefined;
  return { field, stated, recomputed, message: `${field} is ${stated}, must be ${recomputed}` };
}
