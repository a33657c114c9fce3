import { contentHash, TAGS } from '@trimtab/canonical';
import { Plan } from '@trimtab/contracts/solver';
import { domainError, refuse } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import type { PlanCopy } from '../../application/documents.js';
import type { Target } from '../../domain/targets.js';
import {
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
} from './plan-documents.js';
import { sides } from '../enum-words.js';

/**
 * A plan from the solver's message, every hash of it computed again.
 *
 * @throws DomainFailure PLAN_HASH_MISMATCH or BUNDLE_HASH_MISMATCH naming the document
 */
export function readPlan(message: Plan, planHash: string): PlanCopy {
  check('steps', message.txBundleHash, contentHash(TAGS.steps, stepsDocument(message.steps)));
  check(
    'targets',
    message.targetWeightsHash,
    contentHash(TAGS.targets, targetsDocument(message.targets)),
  );
  check('scores', message.scoresHash, contentHash(TAGS.scores, scoresDocument(message.scores)));
  check('inputs', message.inputsHash, contentHash(TAGS.inputs, inputsDocument(message.inputs)));
  check('plan', message.planHash, contentHash(TAGS.plan, planDocument(message)));
  check('plan', planHash, message.planHash);
  return toCopy(message);
}

/** Reads our own copy, verified when it was stored. */
export function readStoredPlan(bytes: Uint8Array): PlanCopy {
  return toCopy(Plan.decode(bytes));
}

function toCopy(message: Plan): PlanCopy {
  return {
    planHash: message.planHash,
    vaultId: message.vaultId,
    vaultVersion: safeNumber(message.vaultVersion),
    snapshotHash: message.snapshotHash,
    targetWeightsHash: message.targetWeightsHash,
    txBundleHash: message.txBundleHash,
    noOp: message.noOp,
    targets: message.targets.map(toTarget),
    bytes: Plan.encode({ ...message, createTime: undefined }).finish(),
  };
}

function toTarget(target: Plan['targets'][number]): Target {
  return {
    assetId: target.assetId,
    side: sides.words[target.side] ?? 'LONG',
    weightBps: target.weightBps,
    ...(target.kappaDecimal !== '' && { kappa: target.kappaDecimal }),
    investible: target.investible ?? true,
  };
}

function check(document: string, stated: string, found: string): void {
  if (stated === found) return;
  const message = `the ${document} of the plan state the hash ${stated} and have ${found}`;
  const metadata = { document, stated, found };
  if (document === 'steps') {
    refuse(domainError('FAILED_PRECONDITION', 'BUNDLE_HASH_MISMATCH', message, metadata));
  }
  refuse(domainError('FAILED_PRECONDITION', 'PLAN_HASH_MISMATCH', message, metadata));
}
