import { present, type Result } from '@trimtab/core';
import { formatDecimal, type Quote } from '@trimtab/decimal';
import { orderIdOf } from '../domain/ids.js';
import { buyTerms, sellTerms, type OrderTerms } from '../domain/order-terms.js';
import { quoteOf, type PriceEntry } from '../domain/price-book.js';
import type { FillMeasure } from '../domain/resolve-report.js';
import type { DispatchOrder } from './outgoing.js';
import type { ActionFacts, RebalanceFacts } from './rebalance-record.js';

/** What an action of a rebalance becomes as an order, and how its reports are measured. */

/** The action at an index. */
export function actionAt(facts: RebalanceFacts, index: number): ActionFacts {
  return present(facts.actions[index], `rebalance ${facts.rebalanceId} has an action ${index}`);
}

/** The order of an action for an amount; BELOW_LOT when there is nothing that a venue would take. */
export function orderFor(
  facts: RebalanceFacts,
  index: number,
  amount: bigint,
): Result<DispatchOrder, 'BELOW_LOT'> {
  const action = actionAt(facts, index);
  const entry = entryOf(facts, action.assetId);
  const terms = termsOf(facts, action, entry, amount);
  if (!terms.ok) return terms;
  const { value } = terms;
  const isSell = value.kind === 'SELL';
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
      direction: isSell ? 'DECREASE' : 'INCREASE',
      amount,
      ...(value.kind === 'SELL'
        ? { quantityIn: value.quantityIn }
        : { underlyingIn: value.underlyingIn }),
      minimumOut: value.minimumOut,
      collateralDelta: 0n,
      referencePrice: formatDecimal(entry.price),
      slippageLimitBps: facts.document.slippageLimitBps,
      expireTime: facts.expireTime,
    },
  };
}

/** How the quantity of a report of this action turns into a part of its amount. */
export function measureOf(facts: RebalanceFacts, index: number): FillMeasure {
  return {
    kind: 'LONG',
    quote: quoteOfAsset(facts, actionAt(facts, index).assetId),
    tolerance: facts.netTolerance,
  };
}

function termsOf(
  facts: RebalanceFacts,
  action: ActionFacts,
  entry: PriceEntry,
  amount: bigint,
): Result<OrderTerms, 'BELOW_LOT'> {
  const conditions = {
    prices: facts.prices,
    entry,
    slippageLimitBps: facts.document.slippageLimitBps,
    minimumOrder: facts.purpose === 'SETTLE' ? 'EXEMPT' : 'ENFORCE',
  } as const;
  if (action.group === 3) return buyTerms(amount, conditions);
  const cap = present(facts.program.caps[action.index], `sell ${action.index} has a cap`);
  return sellTerms({ amount, cap, held: action.held }, conditions);
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
