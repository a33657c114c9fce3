import {
  err,
  invalidFields,
  ok,
  type DomainError,
  type FieldViolation,
  type Result,
} from '@trimtab/core';
import { valueOf } from '@trimtab/decimal';
import { positionText, type PositionKey } from './position.js';
import { priceOf, quoteOf, type PriceBook } from './price-book.js';
import type { TargetAmounts } from './targets.js';
import type { Valuation } from './valuation.js';

/** Actions that a manager asks for, from which targets follow (order generation rules, section 1). */

/** A change of one position, signed. */
export interface ExplicitAction extends PositionKey {
  /** Base units of the asset. */
  readonly quantityDelta: bigint;
  /** Base units of the underlying; 0 for a long. */
  readonly collateralDelta: bigint;
}

/**
 * What the named positions hold after the actions, at snapshot prices; the others are not traded.
 * Refuses DUPLICATE_ID, AMOUNT_OUT_OF_RANGE (more than is held) and FIELD_INVALID (collateral of a long), each
 * naming its field, and assets without a usable price.
 */
export function explicitTargets(
  valuation: Valuation,
  actions: readonly ExplicitAction[],
  prices: PriceBook,
): Result<readonly TargetAmounts[], DomainError> {
  const held = new Map(valuation.positions.map((entry) => [positionText(entry), entry]));
  const seen = new Set<string>();
  const violations: FieldViolation[] = [];
  const targets: TargetAmounts[] = [];
  for (const [place, action] of actions.entries()) {
    const { assetId, side } = action;
    const now = held.get(positionText(action));
    const quantity = (now?.quantity ?? 0n) + action.quantityDelta;
    const collateral = (now?.collateral ?? 0n) + action.collateralDelta;
    const found = violationOf(action, quantity, collateral, seen.has(positionText(action)));
    seen.add(positionText(action));
    if (found !== undefined) {
      violations.push({ ...found, field: `explicit_actions.actions[${place}]${found.field}` });
      continue;
    }
    const entry = priceOf(prices, assetId);
    if (!entry.ok) return entry;
    const exposure = valueOf(quantity, quoteOf(prices, entry.value));
    targets.push({ assetId, side, exposure, collateral: side === 'LONG' ? exposure : collateral });
  }
  return violations.length > 0 ? err(invalidFields(violations)) : ok(targets);
}

function violationOf(
  action: ExplicitAction,
  quantity: bigint,
  collateral: bigint,
  isDuplicate: boolean,
): FieldViolation | undefined {
  if (isDuplicate) {
    const message = `${positionText(action)} is stated twice`;
    return { field: '', reason: 'DUPLICATE_ID', message };
  }
  if (quantity < 0n) {
    const message = `was ${action.quantityDelta}, must leave at least 0, would leave ${quantity}`;
    return { field: '.quantity_delta', reason: 'AMOUNT_OUT_OF_RANGE', message };
  }
  if (action.side === 'LONG' && action.collateralDelta !== 0n) {
    const message = `was ${action.collateralDelta}, must be 0 for a long`;
    return { field: '.collateral_delta', reason: 'FIELD_INVALID', message };
  }
  if (action.side === 'SHORT' && collateral < 0n) {
    const message = `was ${action.collateralDelta}, must leave at least 0, would leave ${collateral}`;
    return { field: '.collateral_delta', reason: 'AMOUNT_OUT_OF_RANGE', message };
  }
  return undefined;
}
