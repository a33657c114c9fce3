import { compare, sorted, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import {
  heldLeg,
  rollCostBps,
  seriesId,
  type HolderType,
  type Series,
} from '@trimtab/option-index';
import type { Backoff } from './backoff.js';
import { openHeld, type Restart } from './index-value.js';
import type { HalfMarket, Volatilities } from './half-price.js';
import { rollNotice } from './notices.js';
import { NOTHING_WAITS, putOff } from './put-off.js';
import type { RebalanceView, RunView } from './run.js';
import type { HeldSeries, IndexRuntime, Runtime } from './runtime.js';
import type { Notice } from './work.js';

/** A run whose rebalance has ended and was not accounted for. */
export interface EndedRun {
  readonly run: RunView;
  readonly rebalance: RebalanceView;
  readonly endTime: Instant;
  /** Price of the base when it ended. */
  readonly spot: Decimal;
}

/** The books of an index: what its runs change. */
export type Books = Pick<
  Runtime,
  'totalRolls' | 'totalCostBps' | 'lastRollAt' | 'lastRollCostBps' | 'lastRebalanceId'
> &
  Pick<IndexRuntime, 'held' | 'next' | 'notified' | 'deferralCount' | 'retryTime'>;

/** What accounting goes by. */
export interface Accounting {
  readonly type: HolderType;
  readonly volatilities: Volatilities;
  readonly backoff: Backoff;
  /** Whether the vault holds the half of a series now. */
  readonly holds: (series: Series) => boolean;
  /** The price that a matured series is settled by; absent for one that is not mature. */
  readonly settlementSpot: (series: Series) => Decimal | undefined;
  readonly restart: Restart | undefined;
}

/** The books after some runs, with what the owner is told. */
export interface Accounted {
  readonly books: Books;
  readonly notices: readonly Notice[];
  /** Whether another series is held than before. */
  readonly entered: boolean;
}

/**
 * Accounts for ended runs, each once, in the order in which they were made (intent rules, cost): what is
 * held with the index linked to it, and for a ROLL that traded count, cost, sum and time together. A run
 * that was to buy a series and did not is put off like a refused one.
 */
export function accountRuns(
  before: Books,
  ended: readonly EndedRun[],
  accounting: Accounting,
): Accounted {
  const inOrder = sorted(
    ended,
    (left, right) =>
      compare(left.run.createTime, right.run.createTime) ||
      compare(left.run.runId, right.run.runId),
  );
  const notices: Notice[] = [];
  let books = before;
  for (const [place, one] of inOrder.entries()) {
    const isLast = place === inOrder.length - 1;
    const isBought = hasBought(one, accounting, isLast);
    books = afterTrade(books, one, accounting, { isBought, notices });
    books = isBought ? afterPurchase(books, one, accounting) : afterFailure(books, one, accounting);
    books = { ...books, lastRebalanceId: one.rebalance.rebalanceId };
  }
  return { books, notices, entered: books.held !== before.held };
}

/** Whether a run bought its series. What an earlier run bought, a later one may have sold. */
function hasBought({ run, rebalance }: EndedRun, { holds }: Accounting, isLast: boolean): boolean {
  return run.series !== undefined && rebalance.traded && (!isLast || holds(run.series));
}

/** A roll that left its series counts, whether or not it bought the next: that is an opening, later. */
function afterTrade(
  books: Books,
  { run, rebalance, endTime }: EndedRun,
  { type }: Accounting,
  { isBought, notices }: { readonly isBought: boolean; readonly notices: Notice[] },
): Books {
  if (run.purpose !== 'ROLL' || !rebalance.traded) return books;
  const { nav, cost, rebalanceId } = rebalance;
  const costBps = rollCostBps(nav, nav - cost);
  notices.push(rollNotice(type, { series: run.series, isBought, costBps, rebalanceId }));
  return {
    ...books,
    totalRolls: books.totalRolls + 1,
    totalCostBps: books.totalCostBps + costBps,
    lastRollAt: endTime,
    lastRollCostBps: costBps,
  };
}

function afterFailure(books: Books, { run, endTime }: EndedRun, { backoff }: Accounting): Books {
  if (run.series === undefined) return books;
  return { ...books, ...putOff(books.deferralCount, endTime, backoff) };
}

function afterPurchase(books: Books, one: EndedRun, accounting: Accounting): Books {
  const { run } = one;
  if (run.series === undefined) return books;
  const { next } = books;
  const isDone = next === undefined || run.createTime >= next.time;
  const waits = isDone ? NOTHING_WAITS : { next, deferralCount: 0, retryTime: undefined };
  if (books.held !== undefined && seriesId(books.held.series) === seriesId(run.series)) {
    return { ...books, ...waits };
  }
  const held = heldAfter(books.held, run.series, one, accounting);
  return { ...books, ...waits, held, notified: undefined };
}

function heldAfter(
  before: HeldSeries | undefined,
  series: Series,
  { endTime, spot }: EndedRun,
  { type, volatilities, settlementSpot, restart }: Accounting,
): HeldSeries {
  const market: HalfMarket = { spot, time: endTime, volatilities };
  const settledAt = before && settlementSpot(before.series);
  const marketBefore = settledAt === undefined ? market : { ...market, spot: settledAt };
  return openHeld(heldLeg(type), series, { market, before, marketBefore, restart });
}
