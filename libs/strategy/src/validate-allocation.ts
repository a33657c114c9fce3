import { assertNever } from '@trimtab/core';
import { compareDecimals, DECIMAL_ONE, parseDecimal } from '@trimtab/decimal';
import { SIDES, type Allocation, type Target } from './allocation.js';
import { resolveAsset } from './asset-alias.js';
import { at, integerWithin, matching, oneOf, quoted, type Report } from './checks.js';
import type { AllocationDraft, TargetDraft } from './draft.js';
import { UNDERLYING } from './intent-spec.js';
import { violation } from './violation.js';

/** The most targets or strategies of one intent: keeps a request's work bounded. */
export const MAX_ENTRIES = 1000;
const WHOLE_BPS = 10_000;
const ASSET_ID = /^[A-Z0-9][A-Z0-9.-]{0,63}$/;
const ASSET_FORM = '1 to 64 capital letters, digits, dots and dashes';
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const NAME_FORM = '1 to 64 letters, digits, dots, dashes and underscores';

/** Checks how the vault is invested; an absent allocation is the option index. */
export function checkAllocation(
  report: Report,
  draft: AllocationDraft | undefined,
): Allocation | undefined {
  if (draft === undefined) return { kind: 'index' };
  switch (draft.kind) {
    case 'index':
      return { kind: 'index' };
    case 'targetWeights':
      return checkTargets(report, draft);
    case 'solver':
      return checkSolver(report, draft);
    case 'unset':
      report(violation('allocation', 'REQUIRED', '', 'index, target_weights or solver'));
      return undefined;
    default:
      return assertNever(draft);
  }
}

function checkTargets(
  report: Report,
  draft: Extract<AllocationDraft, { kind: 'targetWeights' }>,
): Allocation | undefined {
  const field = 'allocation.target_weights.targets';
  if (!hasEntries(report, field, draft.targets.length)) return undefined;
  const seen = new Map<string, number>();
  const targets = draft.targets.flatMap((target, index) => {
    const path = `${field}[${index}]`;
    const checked = checkTarget(report, path, target);
    if (checked === undefined) return [];
    const key = `${resolveAsset(checked.assetId)} ${checked.side}`;
    const first = seen.get(key);
    if (first !== undefined) {
      const limit = `stated once, but targets[${first}] is the same position`;
      report(violation(`${path}.asset_id`, 'UNIQUE', quoted(key), limit));
      return [];
    }
    seen.set(key, index);
    return [checked];
  });
  const sum = targets.reduce((total, { weightBps }) => total + weightBps, 0);
  if (sum > WHOLE_BPS) {
    report(
      violation(field, 'WEIGHT_SUM', `a weight sum of ${sum} bps`, `at most ${WHOLE_BPS} bps`),
    );
  }
  const policyId = optionalName(report, 'allocation.target_weights.policy_id', draft.policyId);
  return { kind: 'targetWeights', targets, policyId };
}

function checkTarget(report: Report, path: string, draft: TargetDraft): Target | undefined {
  const asset = matching(at(report, `${path}.asset_id`), draft.assetId, ASSET_ID, ASSET_FORM);
  if (asset !== undefined && resolveAsset(asset) === UNDERLYING) {
    const limit = 'another asset than the underlying, which takes what the weights leave';
    report(violation(`${path}.asset_id`, 'ONE_OF', quoted(asset), limit));
  }
  const side = oneOf(at(report, `${path}.side`), draft.side, SIDES);
  const weightBps = checkWeight(report, `${path}.weight_bps`, draft.weightBps);
  if (asset === undefined || side === undefined || weightBps === undefined) return undefined;
  checkKappa(report, `${path}.kappa_decimal`, { side, kappa: draft.kappa });
  // A long's κ is 1 by definition: stated or not, it is the same intent.
  const kappa = side === 'SHORT' ? draft.kappa : undefined;
  return { assetId: asset, side, weightBps, kappa, investible: draft.investible };
}

function checkWeight(report: Report, field: string, weightBps: number): number | undefined {
  const inside = Number.isInteger(weightBps) && weightBps >= 0 && weightBps <= WHOLE_BPS;
  if (inside) return weightBps;
  report(violation(field, 'WEIGHT', String(weightBps), `0 to ${WHOLE_BPS} bps`));
  return undefined;
}

/** κ is 1 for a long (or left out) and above 1 for a short (order generation rules, section 1). */
function checkKappa(
  report: Report,
  field: string,
  { side, kappa }: { readonly side: string; readonly kappa: string },
): void {
  const short = side === 'SHORT';
  const limit = short ? 'a decimal above 1 for a short' : '1 or absent for a long';
  if (kappa === '') {
    if (short) report(violation(field, 'KAPPA', '', limit));
    return;
  }
  const parsed = parseDecimal(kappa);
  if (!parsed.ok) {
    report(violation(field, 'CANONICAL_DECIMAL', quoted(kappa), limit));
    return;
  }
  const order = compareDecimals(parsed.value, DECIMAL_ONE);
  if (short ? order <= 0 : order !== 0) report(violation(field, 'KAPPA', kappa, limit));
}

function checkSolver(
  report: Report,
  draft: Extract<AllocationDraft, { kind: 'solver' }>,
): Allocation | undefined {
  const policyField = 'allocation.solver.policy_id';
  const policyId = matching(at(report, policyField), draft.policyId, NAME, NAME_FORM);
  const field = 'allocation.solver.allowed_strategies';
  if (!hasEntries(report, field, draft.allowedStrategies.length)) return undefined;
  const seen = new Set<string>();
  const allowedStrategies = draft.allowedStrategies.filter((strategy, index) => {
    const path = `${field}[${index}]`;
    if (matching(at(report, path), strategy, NAME, NAME_FORM) === undefined) return false;
    if (seen.has(strategy)) report(violation(path, 'UNIQUE', quoted(strategy), 'stated once'));
    seen.add(strategy);
    return true;
  });
  const managerId = optionalName(report, 'allocation.solver.manager_id', draft.managerId);
  if (policyId === undefined) return undefined;
  return { kind: 'solver', policyId, allowedStrategies, managerId };
}

/** The name of a policy or manager; empty means none. */
function optionalName(report: Report, field: string, name: string): string | undefined {
  if (name === '') return undefined;
  return matching(at(report, field), name, NAME, NAME_FORM);
}

function hasEntries(report: Report, field: string, count: number): boolean {
  if (count === 0) report(violation(field, 'REQUIRED', '', 'at least one entry'));
  if (count <= MAX_ENTRIES) return count > 0;
  integerWithin(at(report, field), count, { min: 1, max: MAX_ENTRIES });
  return false;
}
