import { err, invalidFields, ok, sorted, type DomainError, type Result } from '@trimtab/core';
import { abs, compareIntegers } from '@trimtab/decimal';
import { isSellAction, type Action, type ActionGroup, type DraftAction } from './action.js';
import { byPosition, positionText, type PositionKey } from './position.js';

/** The order of actions (order generation rules, section 2): sells before buys, always. */

/** How actions get their indices. */
export type Sequencing =
  | { readonly kind: 'GUIDELINE' }
  | { readonly kind: 'LARGEST_RELEASE_FIRST' }
  | {
      /** A manager's own order: any permutation inside each leg. */
      readonly kind: 'EXPLICIT';
      readonly order: readonly PositionKey[];
    };

/** The default order. */
export const GUIDELINE: Sequencing = { kind: 'GUIDELINE' };

/**
 * Numbers the actions. An explicit order must name every action exactly once, sells first, or it is
 * refused: ACTION_ORDER_INVALID, naming each place that is wrong.
 */
export function sequence(
  drafts: readonly DraftAction[],
  sequencing: Sequencing,
): Result<readonly Action[], DomainError> {
  if (sequencing.kind === 'EXPLICIT') return explicitOrder(drafts, sequencing.order);
  const bySize =
    sequencing.kind === 'LARGEST_RELEASE_FIRST' ? byReleaseDescending : bySignedExposureDescending;
  const groupOf = (group: ActionGroup, order: Order): readonly DraftAction[] =>
    sorted(
      drafts.filter((draft) => draft.group === group),
      (left, right) => order(left, right) || byPosition(left, right),
    );
  return ok(
    numbered([
      ...groupOf(1, byPosition),
      ...groupOf(2, bySize),
      ...groupOf(3, byExposureDescending),
    ]),
  );
}

type Order = (left: DraftAction, right: DraftAction) => number;

const bySignedExposureDescending: Order = (left, right) =>
  compareIntegers(right.deltaExposure, left.deltaExposure);

const byReleaseDescending: Order = (left, right) => compareIntegers(left.deltaNet, right.deltaNet);

const byExposureDescending: Order = (left, right) =>
  compareIntegers(abs(right.deltaExposure), abs(left.deltaExposure));

function explicitOrder(
  drafts: readonly DraftAction[],
  order: readonly PositionKey[],
): Result<readonly Action[], DomainError> {
  const open = new Map(drafts.map((draft) => [positionText(draft), draft]));
  const problems: { readonly field: string; readonly message: string }[] = [];
  const chosen: DraftAction[] = [];
  let hasBuy = false;
  order.forEach((key, place) => {
    const draft = open.get(positionText(key));
    const field = `action_order[${place}]`;
    if (draft === undefined) {
      const message = `${positionText(key)} is not an open action of this rebalance`;
      problems.push({ field, message });
      return;
    }
    open.delete(positionText(key));
    if (!isSellAction(draft)) hasBuy = true;
    else if (hasBuy) {
      const message = `${positionText(key)} is a sell after a buy, all sells must come first`;
      problems.push({ field, message });
    }
    chosen.push(draft);
  });
  for (const missing of open.keys()) {
    problems.push({ field: 'action_order', message: `${missing} is missing` });
  }
  if (problems.length === 0) return ok(numbered(chosen));
  return err(
    invalidFields(problems.map((problem) => ({ ...problem, reason: 'ACTION_ORDER_INVALID' }))),
  );
}

function numbered(drafts: readonly DraftAction[]): readonly Action[] {
  return drafts.map((draft, index) => {
    const { assetId, side, group, deltaExposure, deltaCollateral, deltaNet, cap } = draft;
    return { assetId, side, group, deltaExposure, deltaCollateral, deltaNet, cap, index };
  });
}
