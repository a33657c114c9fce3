import { present } from '@trimtab/core';
import type { Action } from '../domain/action.js';
import { considerVault } from '../domain/consider.js';
import {
  explainPosition,
  type ExplainedRebalance,
  type PositionExplanation,
  type TradeOutcome,
} from '../domain/explain-position.js';
import { positionText } from '../domain/position.js';
import type { Target } from '../domain/targets.js';
import { toleranceAmounts } from '../domain/tolerances.js';
import { generationInputOf } from './generation-input.js';
import type { OrderGenReader } from './ports.js';
import { tolerancesOf } from './rebalance-facts.js';
import type { ActionRecord, RebalanceFacts, RebalanceView } from './rebalance-record.js';

/** Why each position of a rebalance traded, or not, by (assetId, side). */
export type ExplainRebalance = (view: RebalanceView) => Promise<readonly PositionExplanation[]>;

/** Looks at every position again as generation did, and at what became of its action. */
export function createExplainRebalance(deps: {
  readonly store: Pick<OrderGenReader, 'findPlan'>;
}): ExplainRebalance {
  return async (view) => {
    const { facts } = view;
    const plan = facts.planHash === '' ? undefined : await deps.store.findPlan(facts.planHash);
    const targets = plan?.targets ?? [];
    const input = generationInputOf(facts.document, facts.prices, targets);
    const considered = considerVault(input);
    const vault = present(
      considered.ok ? considered.value : undefined,
      `rebalance ${facts.rebalanceId} can be generated again`,
    );
    const rebalance = explainedRebalance(view, input);
    const stated = new Map(
      targets.map((target): [string, Target] => [positionText(target), target]),
    );
    const trades = tradesOf(view);
    return vault.positions.map((position) => {
      const key = positionText(position);
      const target = stated.get(key);
      const trade = trades.get(key);
      return explainPosition(rebalance, {
        considered: position,
        ...(target !== undefined && { stated: target }),
        ...(trade !== undefined && { trade }),
      });
    });
  };
}

function explainedRebalance(
  { facts, head }: RebalanceView,
  { band }: ReturnType<typeof generationInputOf>,
): ExplainedRebalance {
  const { document, prices, denomination } = facts;
  const nav = BigInt(document.nav);
  const hasActions = (document.requestedActions ?? []).length > 0;
  return {
    state: head.state.state,
    source: facts.planHash !== '' ? 'PLAN' : hasActions ? 'ACTIONS' : 'SETTLE',
    nav,
    tolerances: toleranceAmounts(tolerancesOf(document), nav),
    ...(band !== undefined && { band }),
    underlying: { assetId: denomination, decimals: prices.underlyingDecimals },
  };
}

function tradesOf(view: RebalanceView): ReadonlyMap<string, TradeOutcome> {
  const { facts } = view;
  const records = new Map(view.actions.map((record) => [record.index, record]));
  const pinned = new Set(view.pinned);
  return new Map(
    facts.document.actions.map((stored) => {
      const action = actionOf(facts, stored);
      const record = records.get(action.index);
      return [positionText(action), outcomeOf(action, record, pinned.has(action.index))];
    }),
  );
}

function outcomeOf(
  action: Action,
  record: ActionRecord | undefined,
  pinned: boolean,
): TradeOutcome {
  return {
    action,
    state: record?.state ?? 'PENDING',
    ...(record?.amount !== undefined && { amount: record.amount }),
    filled: record?.filled ?? 0n,
    ...(record?.reason !== undefined && { reason: record.reason }),
    pinned,
  };
}

function actionOf(
  facts: RebalanceFacts,
  stored: RebalanceFacts['document']['actions'][number],
): Action {
  const { assetId, side, group } = present(
    facts.actions[stored.index],
    `rebalance ${facts.rebalanceId} has an action ${stored.index}`,
  );
  return {
    index: stored.index,
    assetId,
    side,
    group,
    deltaExposure: BigInt(stored.deltaExposure),
    deltaCollateral: BigInt(stored.deltaCollateral),
    deltaNet: BigInt(stored.deltaNet),
  };
}
