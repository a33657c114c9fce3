import { present, type Result } from '@trimtab/core';
import { formatDecimal, type Quote } from '@trimtab/decimal';
import { orderIdOf } from '../domain/ids.js';
import {
  buyTerms,
  sellTerms,
  type OrderConditions,
  type OrderTerms,
} from '../domain/order-terms.js';
import { quoteOf, type PriceEntry } from '../domain/price-book.js';
import type { FillMeasure } from '../domain/resolve-report.js';
import { shortTerms, tradeOfShort, type ShortTerms } from '../domain/short-terms.js';
import type { DispatchOrder } from './outgoing.js';
import type { ActionFacts, RebalanceFacts } from './rebalance-record.js';

/** What an action of a rebalance becomes as an order, and how its reports are measured. */

/** The action at an index. */
export function actionAt(facts: RebalanceFacts, index: number): ActionFacts {
  return present(facts.actions[index], `rebalance ${facts.rebalanceId} has an action ${index}`);
}

/** Why an action fails without being sent. */
export type UnsentReason = 'BELOW_LOT' | 'INSUFFICIENT_BALANCE';

/**
 * The order of an action for an amount. BELOW_LOT when there is nothing that a venue would take,
 * INSUFFICIENT_BALANCE when `cash`, the underlying at hand, cannot pay what a short buys back.
 */
export function orderFor(
  facts: RebalanceFacts,
  index: number,
  amount: bigint,
  cash: bigint,
): Result<DispatchOrder, UnsentReason> {
  const action = actionAt(facts, index);
  const entry = entryOf(facts, action.assetId);
  const terms = termsOf(facts, action, amount, cash);
  if (!terms.ok) return terms;
  const { value } = terms;
  return {
    ok: true,
    value: {
      orderId: orderIdOf(facts.rebalanceId, index),
      rebalanceId: facts.rebalanceId,
      vaultId: facts.vaultId,
      h0: facts.h0,
      index,
      planHash: facts.planHash,
      txBundleHash: facts.txBundleHash,
      snapshotHash: facts.document.snapshotHash,
      assetId: action.assetId,
      side: action.side,
      direction: action.direction,
      releasesCash: action.group !== 3,
      amount,
      ...goesIn(value),
      minimumOut: value.minimumOut,
      collateralDelta: value.kind === 'SHORT' ? value.collateralDelta : 0n,
      referencePrice: formatDecimal(entry.price),
      slippageLimitBps: facts.document.slippageLimitBps,
      expireTime: facts.expireTime,
    },
  };
}

/** How a report of this action turns into a part of the amount that was dispatched. */
export function measureOf(facts: RebalanceFacts, index: number, amount: bigint): FillMeasure {
  const action = actionAt(facts, index);
  if (action.short === undefined) {
    const quote = quoteOfAsset(facts, action.assetId);
    return { kind: 'LONG', quote, tolerance: facts.netTolerance };
  }
  const trade = tradeOfShort(action.short, amount, conditionsOf(facts, action.assetId));
  const orderedCollateral = -trade.collateralDelta;
  return { kind: 'SHORT', orderedQuantity: trade.quantityIn, orderedCollateral };
}

/** A short may move collateral only; then nothing goes in. */
function goesIn(
  terms: OrderTerms | ShortTerms,
): Pick<DispatchOrder, 'quantityIn' | 'underlyingIn'> {
  if (terms.kind === 'BUY') return { underlyingIn: terms.underlyingIn };
  return terms.quantityIn === 0n ? {} : { quantityIn: terms.quantityIn };
}

function termsOf(
  facts: RebalanceFacts,
  action: ActionFacts,
  amount: bigint,
  cash: bigint,
): Result<OrderTerms | ShortTerms, UnsentReason> {
  const conditions = conditionsOf(facts, action.assetId);
  const { group, short, index, held } = action;
  if (short !== undefined) {
    return shortTerms(short, { amount, releasesCash: group !== 3, cash }, conditions);
  }
  if (group === 3) return buyTerms(amount, conditions);
  const cap = present(facts.program.caps[index], `sell ${index} has a cap`);
  return sellTerms({ amount, cap, held }, conditions);
}

function conditionsOf(facts: RebalanceFacts, assetId: string): OrderConditions {
  return {
    prices: facts.prices,
    entry: entryOf(facts, assetId),
    slippageLimitBps: facts.document.slippageLimitBps,
    minimumOrder: facts.purpose === 'SETTLE' ? 'EXEMPT' : 'ENFORCE',
  };
}

function quoteOfAsset(facts: RebalanceFacts, assetId: string): Quote {
  return quoteOf(facts.prices, entryOf(facts, assetId));
}

function entryOf(facts: RebalanceFacts, assetId: string): PriceEntry {
  return present(
    facts.prices.entries.get(assetId),
    `asset ${assetId} of a generated action has a price`,
  );
}
