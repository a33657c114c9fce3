import type { Instant } from '@trimtab/core';
import { compareDecimals, type Decimal } from '@trimtab/decimal';
import { buysAsset, type Order } from './order.js';

/**
 * Where market makers trade (intent rules, the option index: quotes). The two sides are chosen each
 * for itself, the best of all makers: a bid above an ask, of two makers, is no matter of an order, which
 * meets one side only and is never worse off for the other.
 */

/** The latest quote of one market maker. */
export interface MakerQuote {
  readonly publisher: string;
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly observeTime: Instant;
}

/** Which quotes count. */
export interface QuoteTerms {
  /** A quote of exactly this age still counts, as an observed price does. */
  readonly maxAgeMillis: number;
  /** Who may quote; empty allows everybody. */
  readonly publishers: readonly string[];
}

/** The best of each side; undefined where nobody quotes. */
export interface BestQuote {
  readonly bid?: Decimal | undefined;
  readonly ask?: Decimal | undefined;
}

/** The highest bid and the lowest ask of the quotes that count at a time. */
export function bestQuote(
  quotes: readonly MakerQuote[],
  terms: QuoteTerms,
  now: Instant,
): BestQuote {
  const counting = quotes.filter(
    ({ publisher, observeTime }) =>
      now - observeTime <= terms.maxAgeMillis &&
      (terms.publishers.length === 0 || terms.publishers.includes(publisher)),
  );
  return counting.reduce<BestQuote>(
    (best, { bid, ask }) => ({
      bid: best.bid === undefined || compareDecimals(bid, best.bid) > 0 ? bid : best.bid,
      ask: best.ask === undefined || compareDecimals(ask, best.ask) < 0 ? ask : best.ask,
    }),
    {},
  );
}

/** The price that an order meets at the quotes; undefined without one, and where nothing is traded. */
export function quotedPrice(order: Order, { bid, ask }: BestQuote): Decimal | undefined {
  if (order.direction === 'NONE') return undefined;
  return buysAsset(order) ? ask : bid;
}
