import { err, ok, shortened, type FieldViolation, type Result } from '@trimtab/core';
import { BPS_WHOLE, compareDecimals, DECIMAL_ONE, parseDecimal } from '@trimtab/decimal';
import type { PolicyLimits } from './policy.js';
import { sortTargets, type Target } from './targets.js';
import { positionText } from './vault-state.js';

/**
 * Targets that a caller states instead of leaving them to the scores (solver rules, explicit
 * targets): each weight at most the policy's strategy cap, all together at most what the reserve
 * leaves, κ = 1 for longs and above 1 for shorts.
 */
export type ExplicitTarget = Omit<Target, 'strategyId'>;

/** Checks every target and returns them by (assetId, side), or every violation. */
export function checkExplicitTargets(
  targets: readonly ExplicitTarget[],
  policy: PolicyLimits,
): Result<readonly Target[], readonly FieldViolation[]> {
  const violations = targets.flatMap((target, index) => [
    ...weightViolations(target, index, policy),
    ...kappaViolations(target, index),
  ]);
  violations.push(...duplicateViolations(targets), ...sumViolations(targets, policy));
  if (violations.length > 0) return err(violations);
  return ok(sortTargets(targets.map(toTarget)));
}

function weightViolations(
  target: ExplicitTarget,
  index: number,
  policy: PolicyLimits,
): readonly FieldViolation[] {
  const { weightBps } = target;
  const field = `targets[${index}].weight_bps`;
  if (weightBps < 0 || weightBps > BPS_WHOLE) {
    const message = `was ${weightBps}, must be 0 to ${BPS_WHOLE}`;
    return [{ field, reason: 'WEIGHT_OUT_OF_RANGE', message }];
  }
  if (weightBps <= policy.strategyCapBps) return [];
  const message = `was ${weightBps}, must be at most ${policy.strategyCapBps}, the policy's strategy cap`;
  return [{ field, reason: 'STRATEGY_CAP_EXCEEDED', message }];
}

function kappaViolations(target: ExplicitTarget, index: number): readonly FieldViolation[] {
  const field = `targets[${index}].kappa_decimal`;
  if (target.kappa === undefined) {
    if (target.side === 'LONG') return [];
    return [
      { field, reason: 'KAPPA_OUT_OF_RANGE', message: 'was absent, a short needs one above 1' },
    ];
  }
  const kappa = parseDecimal(target.kappa);
  if (!kappa.ok) return [{ field, reason: 'DECIMAL_NOT_CANONICAL', message: kappa.error }];
  const order = compareDecimals(kappa.value, DECIMAL_ONE);
  if (target.side === 'LONG' ? order === 0 : order > 0) return [];
  const allowed = target.side === 'LONG' ? 'exactly 1 for a long' : 'above 1 for a short';
  return [
    {
      field,
      reason: 'KAPPA_OUT_OF_RANGE',
      message: `was ${shortened(target.kappa)}, must be ${allowed}`,
    },
  ];
}

function duplicateViolations(targets: readonly ExplicitTarget[]): readonly FieldViolation[] {
  const seen = new Map<string, number>();
  return targets.flatMap((target, index) => {
    const key = positionText(target);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    const message = `was ${target.assetId} ${target.side} again, already stated in targets[${first}]`;
    return [{ field: `targets[${index}].asset_id`, reason: 'DUPLICATE_ID', message }];
  });
}

function sumViolations(
  targets: readonly ExplicitTarget[],
  policy: PolicyLimits,
): readonly FieldViolation[] {
  const sum = targets.reduce((total, { weightBps }) => total + weightBps, 0);
  if (sum > BPS_WHOLE) {
    const message = `weights sum to ${sum}, must be at most ${BPS_WHOLE}`;
    return [{ field: 'targets', reason: 'WEIGHT_SUM_TOO_LARGE', message }];
  }
  const limit = BPS_WHOLE - policy.minLiquidReserveBps;
  if (sum <= limit) return [];
  const message = `weights sum to ${sum}, must be at most ${limit} to keep the policy's reserve of ${policy.minLiquidReserveBps}`;
  return [{ field: 'targets', reason: 'RESERVE_NOT_KEPT', message }];
}

/** A long's κ is 1 by definition and left out, so that stating it does not change the hash. */
function toTarget(target: ExplicitTarget): Target {
  const { assetId, side, weightBps, investible, kappa } = target;
  const plain = { assetId, side, weightBps, investible };
  return side === 'SHORT' && kappa !== undefined ? { ...plain, kappa } : plain;
}
