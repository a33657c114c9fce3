import type { JsonValue } from '@trimtab/canonical';
import { ExecutionReport } from '@trimtab/contracts/execution';
import { Snapshot } from '@trimtab/contracts/oracle';
import { Plan } from '@trimtab/contracts/solver';
import { safeNumber } from '@trimtab/decimal';
import type { BundlePlan } from '../../domain/bundle.js';
import {
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
} from './plan-documents.js';
import { snapshotDocument } from './snapshot-message.js';

/** The hashed documents behind our stored copies, for a bundle. */

/** The snapshot document of a stored snapshot. */
export function snapshotOfStored(bytes: Uint8Array): JsonValue {
  return snapshotDocument(Snapshot.decode(bytes));
}

/** The five documents of a stored plan. */
export function planOfStored(bytes: Uint8Array): BundlePlan {
  const message = Plan.decode(bytes);
  return {
    inputs: inputsDocument(message.inputs),
    scores: scoresDocument(message.scores),
    targets: targetsDocument(message.targets),
    steps: stepsDocument(message.steps),
    plan: planDocument(message),
  };
}

/** The number that a stored report states for itself. */
export function reportSequenceOf(bytes: Uint8Array): number {
  return safeNumber(ExecutionReport.decode(bytes).reportSequence);
}
