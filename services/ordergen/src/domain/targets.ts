import {
  domainError,
  err,
  invalidFields,
  ok,
  sorted,
  type DomainError,
  type FieldViolation,
  type Result,
} from '@trimtab/core';
import { BPS_WHOLE, floorDiv, parseDecimal, pow10 } from '@trimtab/decimal';
import { byPosition, positionText, type PositionKey } from './position.js';

/** What each position shall be worth (order generation rules, section 1.3). */

/** What a position should weigh. */
export interface Target extends PositionKey {
  /** 0 to 10 000 bps of NAV. */
  readonly weightBps: number;
  /** The collateral ratio κ, a canonical decimal: above 1 for a short; absent or 1 for a long. */
  readonly kappa?: string;
  /** Money may go there; the weight of a target that is not investible spreads over the rest. */
  readonly investible: boolean;
}

/** What a position shall hold, in base units of the underlying. */
export interface TargetAmounts extends PositionKey {
  /** t: the exposure. */
  readonly exposure: bigint;
  /** c: the collateral of a short; for a long the same as the exposure. */
  readonly collateral: bigint;
}

/** Fraction digits that κ is brought to, so that all of D is one integer. */
const KAPPA_PLACES = 18;
const KAPPA_ONE = pow10(KAPPA_PLACES);

interface ReadTarget {
  readonly target: Target;
  readonly weight: bigint;
  /** κ in units of 10^-18. */
  readonly kappa: bigint;
}

/**
 * Target amounts by (assetId, side): `t = floor(NAV·w/D)` and `c = floor(NAV·κ·w/D)` with
 * `D = Σ κ·w + w_cash` over the investible targets; all 0 when D is 0. The underlying keeps
 * 10 000 − Σ of all stated weights. Refuses WEIGHT_OUT_OF_RANGE, WEIGHT_SUM_TOO_LARGE,
 * KAPPA_OUT_OF_RANGE and DUPLICATE_ID, each naming its field.
 */
export function adjustTargets(
  nav: bigint,
  targets: readonly Target[],
): Result<readonly TargetAmounts[], DomainError> {
  const read = readTargets(targets);
  if (!read.ok) return read;
  const stated = read.value.reduce((sum, { weight }) => sum + weight, 0n);
  if (stated > BigInt(BPS_WHOLE)) {
    return err(
      domainError(
        'INVALID_ARGUMENT',
        'WEIGHT_SUM_TOO_LARGE',
        `the weights sum to ${stated} bps, must be at most ${BPS_WHOLE}`,
        { sum_bps: stated.toString() },
      ),
    );
  }
  const cash = (BigInt(BPS_WHOLE) - stated) * KAPPA_ONE;
  const whole = read.value
    .filter(({ target }) => target.investible)
    .reduce((sum, { weight, kappa }) => sum + weight * kappa, cash);
  const amountsOf = ({ target, weight, kappa }: ReadTarget): TargetAmounts => {
    const counted = target.investible && whole > 0n;
    return {
      assetId: target.assetId,
      side: target.side,
      exposure: counted ? floorDiv(nav * weight * KAPPA_ONE, whole) : 0n,
      collateral: counted ? floorDiv(nav * weight * kappa, whole) : 0n,
    };
  };
  return ok(
    sorted(read.value, (left, right) => byPosition(left.target, right.target)).map(amountsOf),
  );
}

function readTargets(targets: readonly Target[]): Result<readonly ReadTarget[], DomainError> {
  const violations: FieldViolation[] = [];
  const seen = new Set<string>();
  const read: ReadTarget[] = [];
  targets.forEach((target, index) => {
    const field = `targets[${index}]`;
    const { weightBps } = target;
    if (!Number.isSafeInteger(weightBps) || weightBps < 0 || weightBps > BPS_WHOLE) {
      const message = `was ${weightBps}, must be 0 to ${BPS_WHOLE}`;
      violations.push({ field: `${field}.weight_bps`, reason: 'WEIGHT_OUT_OF_RANGE', message });
      return;
    }
    if (seen.has(positionText(target))) {
      const message = `${target.assetId} ${target.side} is stated twice`;
      violations.push({ field, reason: 'DUPLICATE_ID', message });
    }
    seen.add(positionText(target));
    const kappa = readKappa(target);
    if (kappa.ok) read.push({ target, weight: BigInt(weightBps), kappa: kappa.value });
    else {
      const { reason, message } = kappa.error;
      violations.push({ field: `${field}.kappa_decimal`, reason, message });
    }
  });
  return violations.length > 0 ? err(invalidFields(violations)) : ok(read);
}

function readKappa(
  target: Target,
): Result<bigint, { readonly reason: string; readonly message: string }> {
  if (target.kappa === undefined && target.side === 'LONG') return ok(KAPPA_ONE);
  const text = target.kappa ?? '1';
  const parsed = parseDecimal(text, KAPPA_PLACES);
  if (!parsed.ok) return err({ reason: 'DECIMAL_NOT_CANONICAL', message: parsed.error });
  const kappa = parsed.value.digits * pow10(KAPPA_PLACES - parsed.value.scale);
  const allowed = target.side === 'LONG' ? kappa === KAPPA_ONE : kappa > KAPPA_ONE;
  if (allowed) return ok(kappa);
  const rule = target.side === 'LONG' ? 'must be 1 for a long' : 'must be above 1 for a short';
  return err({ reason: 'KAPPA_OUT_OF_RANGE', message: `was ${text}, ${rule}` });
}
