import { addMillis, compare, present, type Instant } from '@trimtab/core';
import { compareDecimals, type Decimal } from '@trimtab/decimal';
import { heldAssetId, parseSeriesAssetId } from '@trimtab/option-index';
import { planAgents, resolveAsset } from '@trimtab/strategy';
import type { Offer } from '../../domain/index-decision.js';
import { isMature } from '../../domain/matured.js';
import { expectedCostBps, type Sale } from '../../domain/roll-estimate.js';
import type { NextSeries } from '../../domain/runtime.js';
import type { QuoteView } from '../ports.js';
import type { AgentContext, LiveIntent } from './agent-context.js';
import type { Look } from './look.js';

/** Whether anybody quotes for an intent. */
export function hasMarketMaker({ id, spec }: LiveIntent): boolean {
  return planAgents(id, spec).some(({ kind, need }) => kind === 'MARKET_MAKER' && need !== 'NONE');
}

/** What the oracle and the market makers say of the series that was chosen. */
export async function offerOf(
  { intent, vault, now }: Look,
  { ports, settings }: AgentContext,
  { series }: NextSeries,
): Promise<Offer> {
  const { oracle } = ports;
  const assetId = heldAssetId(intent.spec.type, series);
  const found = await oracle.price(assetId);
  if (found?.state !== 'HEALTHY' || found.price === undefined) return NOT_PRICED;
  const quote = await bestQuote(assetId);
  const sales = await Promise.all(
    vault.positions
      .filter((position) => position.side === 'LONG' && position.assetId !== assetId)
      .map((position) => saleOf(position.assetId, position.quantity)),
  );
  const isQuoted = quote !== undefined && sales.every(({ isQuoted: quoted }) => quoted);
  const terms = present(await oracle.asset(resolveAsset(series.base)), 'a priced half has a base');
  return {
    isPriced: true,
    isQuoted: isQuoted || !hasMarketMaker(intent),
    expectedCostBps: expectedCostBps({
      cash: vault.cash,
      sales,
      price: found.price,
      ask: quote?.ask,
      decimals: terms.decimals,
    }),
  };

  async function saleOf(soldId: string, quantity: bigint): Promise<Sale & { isQuoted: boolean }> {
    const parsed = parseSeriesAssetId(soldId);
    const isHalf = parsed.ok && !isMature(parsed.value.series, now);
    const [price, terms, bid] = await Promise.all([
      oracle.price(soldId),
      oracle.asset(soldId),
      isHalf ? bestQuote(soldId) : undefined,
    ]);
    return {
      quantity,
      price: present(price?.price, `${soldId} is held, so it has a price`),
      decimals: present(terms, `${soldId} is held, so it is known`).decimals,
      bid: bid?.bid,
      // Only halves are quoted.
      isQuoted: !isHalf || bid !== undefined,
    };
  }

  async function bestQuote(quotedId: string): Promise<BestQuote | undefined> {
    const since = addMillis(now, -settings.quoteMaxAgeMillis);
    return best(await oracle.quotes(quotedId), since);
  }
}

const NOT_PRICED: Offer = { isPriced: false, isQuoted: false, expectedCostBps: undefined };

interface BestQuote {
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** The highest bid and the lowest ask of the quotes that are fresh. */
function best(quotes: readonly QuoteView[], since: Instant): BestQuote | undefined {
  const fresh = quotes.filter(({ observeTime }) => compare(observeTime, since) >= 0);
  const [first, ...others] = fresh;
  if (first === undefined) return undefined;
  return others.reduce<BestQuote>(
    (found, { bid, ask }) => ({
      bid: compareDecimals(bid, found.bid) > 0 ? bid : found.bid,
      ask: compareDecimals(ask, found.ask) < 0 ? ask : found.ask,
    }),
    { bid: first.bid, ask: first.ask },
  );
}
