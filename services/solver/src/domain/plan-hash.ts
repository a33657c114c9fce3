import { contentHash, TAGS, textHash } from '@trimtab/canonical';
import { inputsDocument, planDocument, scoresDocument, stepsDocument } from './plan-documents.js';
import type { Plan, PlanSummary } from './plan.js';
import type { Target } from './targets.js';
import { targetsText } from './targets-text.js';

/** The hashes of the four documents that a plan document names. */
export type DocumentHashes = Pick<
  PlanSummary,
  'targetWeightsHash' | 'txBundleHash' | 'inputsHash' | 'scoresHash'
>;

/** Hashes the documents of a plan under their tags. */
export function documentHashes(
  plan: Pick<Plan, 'targets' | 'steps' | 'inputs' | 'scores'>,
): DocumentHashes {
  return {
    targetWeightsHash: targetsHash(plan.targets),
    txBundleHash: contentHash(TAGS.steps, stepsDocument(plan.steps)),
    inputsHash: contentHash(TAGS.inputs, inputsDocument(plan.inputs)),
    scoresHash: contentHash(TAGS.scores, scoresDocument(plan.scores)),
  };
}

/** The hash of the targets document. */
export function targetsHash(targets: readonly Target[]): string {
  return textHash(TAGS.targets, targetsText(targets));
}

/** The hash of the plan document: the plan's id. */
export function planHashOf(summary: PlanSummary): string {
  return contentHash(TAGS.plan, planDocument(summary));
}
