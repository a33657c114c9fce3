import { domainError, type DomainError } from '@trimtab/core';
import type { Action } from './action.js';
import type { ExplicitAction } from './explicit-action.js';
import { positionText, type Position, type PositionKey } from './position.js';
import type { ValuedPosition } from './valuation.js';

/** What a vault's policy lets a rebalance do (order generation rules, section 6). */

/** What is done to a position. */
export type StrategicAction = 'ENTER' | 'EXIT' | 'INCREASE' | 'REDUCE';

/** What is done to the collateral of a short. */
export type CollateralAction = 'ADD' | 'RELEASE';

/** What a policy allows; an empty list allows everything. */
export interface AllowedActions {
  readonly allowedActions: readonly StrategicAction[];
  readonly allowedCollateralActions: readonly CollateralAction[];
}

/** What a rebalance would do to one position. */
export interface ActionClaim extends PositionKey {
  readonly strategic?: StrategicAction;
  readonly collateral?: CollateralAction;
}

/** What the generated trades do to the positions that are held. */
export function claimsOfTrades(
  actions: readonly Action[],
  positions: readonly ValuedPosition[],
): readonly ActionClaim[] {
  const held = new Map(positions.map((position) => [positionText(position), position]));
  return actions.map((action) => {
    const { assetId, side, deltaExposure } = action;
    const { quantity, value } = held.get(positionText(action)) ?? { quantity: 0n, value: 0n };
    return {
      assetId,
      side,
      ...strategicOf(deltaExposure, quantity > 0n, value + deltaExposure === 0n),
      ...collateralOf(side, action.deltaCollateral),
    };
  });
}

/** What the actions that a manager asks for do to the positions that are held. */
export function claimsOfRequest(
  actions: readonly ExplicitAction[],
  positions: readonly Position[],
): readonly ActionClaim[] {
  const held = new Map(positions.map((one) => [positionText(one), one.quantity]));
  return actions.map((action) => {
    const { assetId, side, quantityDelta } = action;
    const before = held.get(positionText(action)) ?? 0n;
    return {
      assetId,
      side,
      ...strategicOf(quantityDelta, before > 0n, before + quantityDelta <= 0n),
      ...collateralOf(side, action.collateralDelta),
    };
  });
}

/** The first action that the policy forbids: ACTION_NOT_ALLOWED, naming it, its position and what is allowed. */
export function refuseActions(
  vaultId: string,
  policy: AllowedActions,
  claims: readonly ActionClaim[],
): DomainError | undefined {
  const { allowedActions, allowedCollateralActions } = policy;
  for (const claim of claims) {
    const { strategic, collateral } = claim;
    if (strategic !== undefined && !isAllowed(allowedActions, strategic)) {
      const words = { kind: 'STRATEGIC', action: strategic, what: `${strategic} of` };
      return notAllowed(vaultId, claim, words, allowedActions);
    }
    if (collateral !== undefined && !isAllowed(allowedCollateralActions, collateral)) {
      const what = `${collateral} of collateral of`;
      const words = { kind: 'COLLATERAL', action: collateral, what };
      return notAllowed(vaultId, claim, words, allowedCollateralActions);
    }
  }
  return undefined;
}

function isAllowed<Word>(allowed: readonly Word[], word: Word): boolean {
  return allowed.length === 0 || allowed.includes(word);
}

function notAllowed(
  vaultId: string,
  { assetId, side }: PositionKey,
  words: { readonly kind: string; readonly action: string; readonly what: string },
  allowed: readonly string[],
): DomainError {
  const { kind, action, what } = words;
  return domainError(
    'PERMISSION_DENIED',
    'ACTION_NOT_ALLOWED',
    `the policy of vault ${vaultId} does not allow ${what} ${assetId} ${side}, ` +
      `it allows ${allowed.join(', ')}`,
    { vault_id: vaultId, kind, action, asset_id: assetId, side, allowed: allowed.join(',') },
  );
}

function strategicOf(
  change: bigint,
  isHeld: boolean,
  leavesNothing: boolean,
): Pick<ActionClaim, 'strategic'> {
  if (change === 0n) return {};
  if (change > 0n) return { strategic: isHeld ? 'INCREASE' : 'ENTER' };
  return { strategic: leavesNothing ? 'EXIT' : 'REDUCE' };
}

function collateralOf(side: PositionKey['side'], change: bigint): Pick<ActionClaim, 'collateral'> {
  if (side === 'LONG' || change === 0n) return {};
  return { collateral: change > 0n ? 'ADD' : 'RELEASE' };
}
