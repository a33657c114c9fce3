import { invalidFields, type DomainError, type FieldViolation } from '@trimtab/core';
import type { Action } from './action.js';
import type { ExplicitAction } from './explicit-action.js';
import { positionText } from './position.js';
import type { ValuedPosition } from './valuation.js';

/**
 * Whether actions of a manager leave a short with too little behind it: κ is above 1 for targets, so
 * what raises the exposure of a short or releases its collateral must leave more collateral than
 * exposure. KAPPA_OUT_OF_RANGE names each action. What lowers the exposure or adds collateral passes,
 * also where that is not enough yet.
 */
export function refuseThinCollateral(
  requested: readonly ExplicitAction[],
  actions: readonly Action[],
  positions: readonly ValuedPosition[],
): DomainError | undefined {
  const trades = new Map(actions.map((action) => [positionText(action), action]));
  const held = new Map(positions.map((position) => [positionText(position), position]));
  const violations = requested.flatMap((action, place): readonly FieldViolation[] => {
    const trade = trades.get(positionText(action));
    const worsens = action.quantityDelta > 0n || action.collateralDelta < 0n;
    if (action.side === 'LONG' || trade === undefined || !worsens) return [];
    const now = held.get(positionText(action)) ?? { value: 0n, collateral: 0n };
    const exposure = now.value + trade.deltaExposure;
    const collateral = now.collateral + trade.deltaCollateral;
    if (exposure === 0n || collateral > exposure) return [];
    const message = `would leave collateral of ${collateral}, must be above the exposure of ${exposure}`;
    const field = `explicit_actions.actions[${place}].collateral_delta`;
    return [{ field, reason: 'KAPPA_OUT_OF_RANGE', message }];
  });
  return violations.length > 0 ? invalidFields(violations) : undefined;
}
