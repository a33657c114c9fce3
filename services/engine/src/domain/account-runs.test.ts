import { formatDecimal } from '@trimtab/decimal';
import type { Series } from '@trimtab/option-index';
import { describe, expect, it } from 'vitest';
import { accountRuns, type Accounting, type Books, type EndedRun } from './account-runs.js';
import type { RebalanceView, RunView } from './run.js';
import type { HeldSeries } from './runtime.js';
import { at, dec, plus, rebalanceOf, runOf, SERIES } from './values.fixture.js';

const END = at('2026-07-02T12:00:05Z');
const NEXT: Series = { ...SERIES, strike: 20_000n };
const MINUTE = 60_000;
const HELD: HeldSeries = {
  series: SERIES,
  openTime: at('2026-06-02T12:00:00Z'),
  index: dec('1'),
  linkValue: undefined,
};
const BOOKS: Books = {
  totalRolls: 2,
  totalCostBps: 9,
  lastRollAt: HELD.openTime,
  lastRollCostBps: 4,
  lastRebalanceId: 'rebalance-0',
  held: HELD,
  next: { series: NEXT, trigger: 'PRICE', time: at('2026-07-02T11:59:00Z') },
  notified: 'PRICE',
  deferralCount: 3,
  retryTime: plus(END, -MINUTE),
};
const ACCOUNTING: Accounting = {
  type: 'treasury',
  volatilities: new Map([['*', dec('0.6')]]),
  backoff: { firstMillis: MINUTE, maxMillis: 60 * MINUTE },
  holds: () => true,
  settlementSpot: () => undefined,
  restart: undefined,
};

function ended(run: Partial<RunView> = {}, rebalance: Partial<RebalanceView> = {}): EndedRun {
  const rebalanceId = run.rebalanceId ?? 'rebalance-1';
  return {
    run: runOf({ series: NEXT, ...run }),
    rebalance: rebalanceOf({ rebalanceId, ...rebalance }),
    endTime: END,
    spot: dec('40000'),
  };
}

describe('an ended roll', () => {
  const { books, notices, entered } = accountRuns(BOOKS, [ended()], ACCOUNTING);

  it('changes count, cost, sum and time together', () => {
    // 1 000 of 1 000 000: 10 bps
    expect(books).toMatchObject({
      totalRolls: 3,
      totalCostBps: 19,
      lastRollAt: END,
      lastRollCostBps: 10,
      lastRebalanceId: 'rebalance-1',
    });
  });

  it('holds the new series from then on, and nothing waits any more', () => {
    expect(entered).toBe(true);
    expect(books).toMatchObject({
      held: { series: NEXT, openTime: END, linkValue: undefined },
      next: undefined,
      notified: undefined,
      deferralCount: 0,
      retryTime: undefined,
    });
  });

  it('is told with what it cost', () => {
    expect(notices).toEqual([
      {
        kind: 'ROLL',
        message: 'Rolled into P-BTC-20000-20260801 at a cost of 10 bps (rebalance rebalance-1)',
      },
    ]);
  });

  it('that gained lowers the sum', () => {
    const gained = accountRuns(BOOKS, [ended({}, { cost: -500n })], ACCOUNTING);
    expect(gained.books).toMatchObject({ lastRollCostBps: -5, totalCostBps: 4, totalRolls: 3 });
  });

  it('that traded nothing is none, and is put off with backoff', () => {
    const nothing = ended({}, { traded: false, state: 'EXPIRED', cost: 0n });
    const after = accountRuns(BOOKS, [nothing], ACCOUNTING);
    expect(after.notices).toEqual([]);
    expect(after.entered).toBe(false);
    expect(after.books).toEqual({
      ...BOOKS,
      lastRebalanceId: 'rebalance-1',
      next: undefined,
      deferralCount: 4,
      // doubled three times
      retryTime: plus(END, 8 * MINUTE),
    });
  });

  it('that sold the old series and could not buy the new one counts, and keeps the index', () => {
    const after = accountRuns(BOOKS, [ended()], { ...ACCOUNTING, holds: () => false });
    expect(after.books).toMatchObject({ totalRolls: 3, held: HELD, deferralCount: 4 });
  });

  it('that could not buy the new one is told as what it is', () => {
    const after = accountRuns(BOOKS, [ended()], { ...ACCOUNTING, holds: () => false });
    expect(after.notices).toEqual([
      {
        kind: 'ROLL',
        message:
          'Left the old series at a cost of 10 bps (rebalance rebalance-1) and could not buy P-BTC-20000-20260801: the cash is invested later',
      },
    ]);
  });
});

describe('ended runs', () => {
  it('of an opening count no roll and tell nobody', () => {
    const opening = ended({ trigger: 'OPENING', purpose: 'REBALANCE' });
    const before = { ...BOOKS, held: undefined };
    const { books, notices } = accountRuns(before, [opening], ACCOUNTING);
    expect(books).toMatchObject({ totalRolls: 2, totalCostBps: 9, held: { series: NEXT } });
    expect(notices).toEqual([]);
  });

  it('that top the held series up leave its life and its index as they are', () => {
    const topUp = ended({ trigger: 'OPENING', purpose: 'REBALANCE', series: SERIES });
    const { books, entered } = accountRuns(BOOKS, [topUp], ACCOUNTING);
    expect(books.held).toBe(HELD);
    expect([books.notified, books.next, entered]).toEqual(['PRICE', undefined, false]);
  });

  it('that buy no series change nothing but the last rebalance', () => {
    const swap = ended({ trigger: 'COLLATERAL', purpose: 'REBALANCE' });
    const bare = { ...swap, run: { ...swap.run, series: undefined } };
    const { books } = accountRuns(BOOKS, [bare], ACCOUNTING);
    expect(books).toEqual({ ...BOOKS, lastRebalanceId: 'rebalance-1' });
  });

  it('leave a series that was chosen after they were made', () => {
    const chosenLater = {
      ...BOOKS,
      next: { series: SERIES, trigger: 'PRICE', time: plus(END, 1) },
    } as const;
    const { books } = accountRuns(chosenLater, [ended()], ACCOUNTING);
    expect(books).toMatchObject({ next: chosenLater.next, deferralCount: 0 });
  });

  it('are accounted for in the order in which they were made, whatever the order of the list', () => {
    const first = ended({ runId: 'run-1' });
    const second = ended({
      runId: 'run-2',
      rebalanceId: 'rebalance-2',
      series: { ...SERIES, strike: 15_000n },
      createTime: plus(first.run.createTime, 1),
    });
    const { books, notices } = accountRuns(BOOKS, [second, first], ACCOUNTING);
    expect(books).toMatchObject({
      totalRolls: 4,
      totalCostBps: 29,
      lastRebalanceId: 'rebalance-2',
    });
    expect(books.held?.series.strike).toBe(15_000n);
    expect(notices.map(({ message }) => message.slice(0, 33))).toEqual([
      'Rolled into P-BTC-20000-20260801 ',
      'Rolled into P-BTC-15000-20260801 ',
    ]);
  });

  it('of leverage link the index of the new N to where the old one was', () => {
    const mature = { ...SERIES, maturity: at('2026-07-02T08:00:00Z') };
    const before = {
      ...BOOKS,
      held: { series: mature, openTime: HELD.openTime, index: dec('1.5'), linkValue: dec('10000') },
    };
    const roll = ended({ trigger: 'MATURITY', series: { ...NEXT, maturity: END } });
    const { books } = accountRuns(before, [roll], {
      ...ACCOUNTING,
      type: 'leverage',
      // It was settled at 38 000, while the price is 40 000 now: 1.5 · 8 000 / 10 000
      settlementSpot: () => dec('38000'),
    });
    expect(books.held && formatDecimal(books.held.index)).toBe('1.2');
    expect(books.held?.linkValue && formatDecimal(books.held.linkValue)).toBe('20000');
  });
});
