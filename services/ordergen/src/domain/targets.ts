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
import {
  BPS_WHOLE,
  compareDecimals,
  DECIMAL_ONE,
  floorDiv,
  parseDecimal,
  pow10,
  type Decimal,
} from '@trimtab/decimal';
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

/** The most fraction digits of κ. */
const KAPPA_PLACES = 18;
const KAPPA_OF_LONG = ok(DECIMAL_ONE);

interface ReadTarget extends PositionKey {
  /** Its place in the list. */
  readonly index: number;
  readonly weight: bigint;
  readonly kappa: Decimal;
  readonly investible: boolean;
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
  const stated = statedWeights(targets);
  if (stated > BPS_WHOLE) {
    return err(
      domainError(
        'INVALID_ARGUMENT',
        'WEIGHT_SUM_TOO_LARGE',
        `the weights sum to ${stated} bps, must be at most ${BPS_WHOLE}`,
        { sum_bps: String(stated) },
      ),
    );
  }
  return ok(amountsOf(nav, BigInt(BPS_WHOLE - stated), read.value));
}

/** Of all stated weights, the ones that are not investible included. */
function statedWeights(targets: readonly Target[]): number {
  let sum = 0;
  for (const { weightBps } of targets) sum += weightBps;
  return sum;
}

/** Each target's part of NAV. All of D is one integer: κ is counted in units of the finest one. */
function amountsOf(
  nav: bigint,
  cashWeight: bigint,
  targets: readonly ReadTarget[],
): readonly TargetAmounts[] {
  const places = Math.max(0, ...distinctScales(targets));
  const unit = pow10(places);
  const navUnits = nav * unit;
  let whole = cashWeight * unit;
  for (const { investible, weight, kappa } of targets) {
    if (investible) whole += weight * unitsOf(kappa, places);
  }
  return targets.map(({ assetId, side, weight, kappa, investible }) => {
    if (!investible || whole === 0n) return { assetId, side, exposure: 0n, collateral: 0n };
    const exposure = floorDiv(navUnits * weight, whole);
    const collateral =
      side === 'LONG' ? exposure : floorDiv(nav * weight * unitsOf(kappa, places), whole);
    return { assetId, side, exposure, collateral };
  });
}

function distinctScales(targets: readonly ReadTarget[]): ReadonlySet<number> {
  const scales = new Set<number>();
  for (const { kappa } of targets) scales.add(kappa.scale);
  return scales;
}

function unitsOf(kappa: Decimal, places: number): bigint {
  return kappa.digits * pow10(places - kappa.scale);
}

/** The targets by (assetId, side), or everything that is wrong with them. */
function readTargets(targets: readonly Target[]): Result<readonly ReadTarget[], DomainError> {
  const violations: FieldViolation[] = [];
  const read: ReadTarget[] = [];
  for (const [index, target] of targets.entries()) {
    const { assetId, side, weightBps, investible } = target;
    if (!Number.isSafeInteger(weightBps) || weightBps < 0 || weightBps > BPS_WHOLE) {
      const message = `was ${weightBps}, must be 0 to ${BPS_WHOLE}`;
      const field = `targets[${index}].weight_bps`;
      violations.push({ field, reason: 'WEIGHT_OUT_OF_RANGE', message });
      continue;
    }
    const kappa = readKappa(target);
    if (!kappa.ok) {
      const { reason, message } = kappa.error;
      violations.push({ field: `targets[${index}].kappa_decimal`, reason, message });
      continue;
    }
    const weight = BigInt(weightBps);
    read.push({ assetId, side, weight, kappa: kappa.value, investible, index });
  }
  const inOrder = sorted(read, byPosition);
  violations.push(...duplicatesOf(inOrder));
  return violations.length > 0 ? err(invalidFields(violations)) : ok(inOrder);
}

/** Equal positions are neighbours, in the order of the list. */
function duplicatesOf(inOrder: readonly ReadTarget[]): readonly FieldViolation[] {
  const violations: FieldViolation[] = [];
  let previous: ReadTarget | undefined;
  for (const target of inOrder) {
    if (previous !== undefined && byPosition(previous, target) === 0) {
      const message = `${positionText(target)} is stated twice`;
      violations.push({ field: `targets[${target.index}]`, reason: 'DUPLICATE_ID', message });
    }
    previous = target;
  }
  return violations;
}

function readKappa(
  target: Target,
): Result<Decimal, { readonly reason: string; readonly message: string }> {
  if (target.kappa === undefined && target.side === 'LONG') return KAPPA_OF_LONG;
  const text = target.kappa ?? '1';
  const kappa = parseDecimal(text, KAPPA_PLACES);
  if (!kappa.ok) return err({ reason: 'DECIMAL_NOT_CANONICAL', message: kappa.error });
  const overOne = compareDecimals(kappa.value, DECIMAL_ONE);
  const allowed = target.side === 'LONG' ? overOne === 0 : overOne > 0;
  if (allowed) return kappa;
  const rule = target.side === 'LONG' ? 'must be 1 for a long' : 'must be above 1 for a short';
  return err({ reason: 'KAPPA_OUT_OF_RANGE', message: `was ${text}, ${rule}` });
}
