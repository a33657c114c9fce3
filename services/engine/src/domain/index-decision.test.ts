import { present, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { seriesId } from '@trimtab/option-index';
import { templateOf, type Config, type Constraints } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { decideIndex, type IndexDecision, type IndexState, type Offer } from './index-decision.js';
import type { HeldSeries, NextSeries } from './runtime.js';
import { at, DAY, dec, plus, SERIES } from './values.fixture.js';

const OPEN = at('2026-07-02T08:00:00Z');
const NOW = at('2026-07-12T12:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;
const treasury = present(templateOf('treasury'), 'treasury');
const HELD: HeldSeries = { series: SERIES, openTime: OPEN, index: dec('1'), linkValue: undefined };
const BOUGHT: Offer = { isPriced: true, isQuoted: true, expectedCostBps: 7 };

interface Change extends Omit<Partial<IndexState>, 'config' | 'constraints'> {
  readonly config?: Partial<Config>;
  readonly constraints?: Partial<Constraints>;
}

/** A treasury that holds P at 30 000 (rolls below 45 000) at a price of 60 000. */
function stateOf({ config, constraints, ...change }: Change = {}): IndexState {
  return {
    now: NOW,
    base: 'BTC',
    spot: dec('60000'),
    config: { ...treasury.config, ...config },
    constraints: { ...treasury.constraints, ...constraints },
    driftBps: 0,
    held: HELD,
    holdsHalf: true,
    hasIdleCash: false,
    notified: undefined,
    next: undefined,
    offer: undefined,
    lastRollAt: undefined,
    retryTime: undefined,
    limits: {
      minimumRollIntervalMillis: HOUR,
      quotePatienceMillis: 5_000,
      pricePatienceMillis: 10 * MINUTE,
    },
    ...change,
  };
}

/** A decision in a few words. */
function inWords(decision: IndexDecision): string {
  switch (decision.kind) {
    case 'STOP':
    case 'END':
      return `${decision.kind} ${decision.reason}`;
    case 'HOLD':
    case 'AWAIT_SETTLEMENT':
      return decision.notify === undefined
        ? decision.kind
        : `${decision.kind} and tell ${decision.notify}`;
    case 'WAIT':
      return `WAIT ${decision.until - NOW}`;
    case 'CHOOSE':
    case 'BUY':
      return `${decision.kind} ${seriesId(decision.next.series)} for ${decision.next.trigger}`;
    case 'PUT_OFF':
      return `PUT_OFF ${decision.why}`;
    default:
      return decision.kind;
  }
}

const decide = (change: Change = {}): string => inWords(decideIndex(stateOf(change)));

const MATURE: Change = { now: SERIES.maturity };
const NEW_SERIES: NextSeries['series'] = {
  base: 'BTC',
  strike: 22_000n,
  maturity: at('2026-08-11T08:00:00Z'),
};
const chosen = (change: Partial<NextSeries> = {}): NextSeries => ({
  series: NEW_SERIES,
  trigger: 'PRICE',
  time: NOW,
  ...change,
});
const LOW = { spot: dec('44000') };

describe('opening', () => {
  it.each<readonly [string, Change, string]>([
    [
      'a first series is chosen for the cash',
      { held: undefined, holdsHalf: false, hasIdleCash: true },
      'CHOOSE BTC-30000-20260811 for OPENING',
    ],
    ['nothing is bought without cash', { held: undefined, holdsHalf: false }, 'HOLD'],
    [
      'a deposit goes into the series that is held',
      { hasIdleCash: true },
      'CHOOSE BTC-30000-20260801 for OPENING',
    ],
    [
      'a new series is chosen when the half was sold or withdrawn',
      { holdsHalf: false, hasIdleCash: true },
      'CHOOSE BTC-30000-20260811 for OPENING',
    ],
    [
      'also where nobody rolls by itself: opening is no roll',
      {
        held: undefined,
        holdsHalf: false,
        hasIdleCash: true,
        config: { rollStrategy: 'manual', autoRoll: false },
      },
      'CHOOSE BTC-30000-20260811 for OPENING',
    ],
  ])('%s', (_rule, change, decision) => {
    expect(decide(change)).toBe(decision);
  });

  it('chooses the strike by the ratio of the price, floored to the tick', () => {
    const first = { held: undefined, holdsHalf: false, hasIdleCash: true };
    expect(decide({ ...first, spot: dec('60001.99'), config: { strikeRatio: '0.55' } })).toBe(
      'CHOOSE BTC-33001-20260811 for OPENING',
    );
    expect(decide({ ...first, spot: dec('1.5') })).toBe('NO_SERIES');
  });
});

describe('the price trigger', () => {
  it.each([
    ['45000.01', 'HOLD'],
    ['45000', 'HOLD'],
    ['44999.99', 'CHOOSE BTC-22499-20260811 for PRICE'],
  ])('is strict: at %s %s', (spot, decision) => {
    expect(decide({ spot: dec(spot) })).toBe(decision);
  });

  it.each<readonly [string, Change, string]>([
    [
      'rolls before it tops up',
      { ...LOW, hasIdleCash: true },
      'CHOOSE BTC-22000-20260811 for PRICE',
    ],
    [
      'is told and not acted on without autoRoll',
      { ...LOW, config: { autoRoll: false } },
      'HOLD and tell PRICE',
    ],
    [
      'is told and not acted on by hand',
      { ...LOW, config: { rollStrategy: 'manual' } },
      'HOLD and tell PRICE',
    ],
    [
      'is told once for a held series',
      { ...LOW, config: { autoRoll: false }, notified: 'PRICE' },
      'HOLD',
    ],
    [
      'leaves cash to be topped up where nobody rolls',
      { ...LOW, config: { autoRoll: false }, notified: 'PRICE', hasIdleCash: true },
      'CHOOSE BTC-30000-20260801 for OPENING',
    ],
    ['waits for the minimum interval', { ...LOW, lastRollAt: plus(NOW, -HOUR + 1) }, 'WAIT 1'],
    [
      'and rolls at its end',
      { ...LOW, lastRollAt: plus(NOW, -HOUR) },
      'CHOOSE BTC-22000-20260811 for PRICE',
    ],
    [
      'tops nothing up that is about to be rolled',
      { ...LOW, lastRollAt: NOW, hasIdleCash: true },
      `WAIT ${HOUR}`,
    ],
  ])('%s', (_rule, change, decision) => {
    expect(decide(change)).toBe(decision);
  });

  it('rolls into nothing that is held already', () => {
    // 0.75 · 40 000 = 30 000, and the same day: the trigger of 1.5 · 30 000 is above the price.
    const change = { spot: dec('40000'), config: { strikeRatio: '0.75', maturityDays: 20 } };
    expect(decide(change)).toBe('HOLD');
  });

  it('of the yield template is due at the first tick down', () => {
    const config = { rebalanceThreshold: '2', maturityDays: 60 };
    expect(decide({ config, spot: dec('59999.99') })).toMatch(/^CHOOSE/);
    expect(decide({ config, spot: dec('60000') })).toBe('HOLD');
  });
});

describe('the maturity', () => {
  it.each<readonly [string, Change, string]>([
    ['standard: holds until the day', { now: plus(SERIES.maturity, -1) }, 'HOLD'],
    ['standard: is settled first', MATURE, 'AWAIT_SETTLEMENT'],
    [
      'standard: then it buys with the trigger MATURITY',
      { ...MATURE, holdsHalf: false, hasIdleCash: true },
      'CHOOSE BTC-30000-20260831 for MATURITY',
    ],
    ['standard: buys nothing with nothing', { ...MATURE, holdsHalf: false }, 'HOLD'],
    // 30 days of life: the last tenth begins 3 days before.
    [
      'short-dated: holds until a tenth of the life is left',
      { now: plus(SERIES.maturity, -3 * DAY - 1), config: { rollStrategy: 'shortDated' } },
      'HOLD',
    ],
    [
      'short-dated: rolls when a tenth of the life is left',
      { now: plus(SERIES.maturity, -3 * DAY), config: { rollStrategy: 'shortDated' } },
      'CHOOSE BTC-30000-20260828 for MATURITY',
    ],
    [
      'short-dated: one that missed it is settled like any other',
      { ...MATURE, config: { rollStrategy: 'shortDated' } },
      'AWAIT_SETTLEMENT',
    ],
    [
      'by hand: told, and settled',
      { ...MATURE, config: { rollStrategy: 'manual' } },
      'AWAIT_SETTLEMENT and tell MATURITY',
    ],
    [
      'by hand: told once',
      { ...MATURE, config: { rollStrategy: 'manual' }, notified: 'MATURITY' },
      'AWAIT_SETTLEMENT',
    ],
    [
      'by hand: also after the price was told',
      { ...MATURE, config: { autoRoll: false }, notified: 'PRICE' },
      'AWAIT_SETTLEMENT and tell MATURITY',
    ],
    [
      'by hand: once settled it is the natural end',
      { ...MATURE, config: { rollStrategy: 'manual' }, holdsHalf: false, hasIdleCash: true },
      'END all positions settled',
    ],
    [
      'without autoRoll: once settled it is the natural end',
      { ...MATURE, config: { autoRoll: false }, holdsHalf: false },
      'END all positions settled',
    ],
    [
      'is settled also while the next roll is too soon',
      { ...MATURE, lastRollAt: SERIES.maturity },
      'AWAIT_SETTLEMENT',
    ],
  ])('%s', (_rule, change, decision) => {
    expect(decide(change)).toBe(decision);
  });

  it('buys no sooner than the minimum interval after the last roll', () => {
    const settled = { ...MATURE, holdsHalf: false, hasIdleCash: true };
    const lastRollAt = plus(SERIES.maturity, -HOUR + 5);
    const decision = decideIndex(stateOf({ ...settled, lastRollAt }));
    expect(decision).toEqual({ kind: 'WAIT', until: plus(SERIES.maturity, 5) });
  });
});

describe('the stop-loss', () => {
  it.each([
    [500, 'HOLD'],
    [501, 'STOP Stop-loss triggered: drift exceeded 5%'],
  ])('is strict: at %i bps %s', (driftBps, decision) => {
    expect(decide({ driftBps })).toBe(decision);
  });

  it('names the stop that the owner set', () => {
    expect(decide({ driftBps: 651, constraints: { stopLossDriftBps: 650 } })).toBe(
      'STOP Stop-loss triggered: drift exceeded 6.5%',
    );
  });

  it('comes before everything else', () => {
    const busy = { ...LOW, driftBps: 501, next: chosen(), offer: BOUGHT };
    expect(decide(busy)).toMatch(/^STOP/);
  });
});

describe('what was chosen', () => {
  const wanted = { ...LOW, next: chosen() };
  const waited = (millis: number): Instant => plus(NOW, -millis);

  it.each<readonly [string, Change, string]>([
    [
      'is bought once it is priced and quoted',
      { ...wanted, offer: BOUGHT },
      'BUY BTC-22000-20260811 for PRICE',
    ],
    ['waits for its price', { ...wanted, offer: { ...BOUGHT, isPriced: false } }, 'AWAIT_MARKET'],
    [
      'waits for its price until patience ends',
      {
        ...wanted,
        next: chosen({ time: waited(10 * MINUTE - 1) }),
        offer: { ...BOUGHT, isPriced: false },
      },
      'AWAIT_MARKET',
    ],
    [
      'is put off when it got no price',
      {
        ...wanted,
        next: chosen({ time: waited(10 * MINUTE) }),
        offer: { ...BOUGHT, isPriced: false },
      },
      'PUT_OFF the oracle has no healthy price of it',
    ],
    [
      'waits for quotes',
      { ...wanted, next: chosen({ time: waited(4_999) }), offer: { ...BOUGHT, isQuoted: false } },
      'AWAIT_MARKET',
    ],
    [
      'is bought without quotes when nobody comes',
      { ...wanted, next: chosen({ time: waited(5_000) }), offer: { ...BOUGHT, isQuoted: false } },
      'BUY BTC-22000-20260811 for PRICE',
    ],
    [
      'is bought at the limit of its cost',
      { ...wanted, offer: { ...BOUGHT, expectedCostBps: 10 } },
      'BUY BTC-22000-20260811 for PRICE',
    ],
    [
      'is not bought above the limit of its cost',
      { ...wanted, offer: { ...BOUGHT, expectedCostBps: 11 } },
      'PUT_OFF the quotes say that it costs 11 bps, the limit is 10',
    ],
    [
      'is bought if the quotes say nothing',
      { ...wanted, offer: { ...BOUGHT, expectedCostBps: undefined } },
      'BUY BTC-22000-20260811 for PRICE',
    ],
    [
      'is chosen anew when it is wanted for another reason',
      { ...wanted, next: chosen({ trigger: 'OPENING' }), offer: BOUGHT },
      'CHOOSE BTC-22000-20260811 for PRICE',
    ],
    [
      'is dropped when the price is above the trigger again',
      { next: chosen(), offer: BOUGHT },
      'HOLD',
    ],
    ['is tried again no sooner than its retry', { ...LOW, retryTime: plus(NOW, 1) }, 'WAIT 1'],
    [
      'is chosen anew at its retry',
      { ...LOW, retryTime: NOW },
      'CHOOSE BTC-22000-20260811 for PRICE',
    ],
  ])('%s', (_rule, change, decision) => {
    expect(decide(change)).toBe(decision);
  });

  it('has no limit of cost for an opening, which is no roll', () => {
    const next = chosen({ trigger: 'OPENING', series: SERIES });
    const dear = { ...BOUGHT, expectedCostBps: 99 };
    expect(decide({ hasIdleCash: true, next, offer: dear })).toBe(
      'BUY BTC-30000-20260801 for OPENING',
    );
  });

  it('for cash is the series that is held, and no other', () => {
    const next = chosen({ trigger: 'OPENING' });
    expect(decide({ hasIdleCash: true, next, offer: BOUGHT })).toBe(
      'CHOOSE BTC-30000-20260801 for OPENING',
    );
  });

  it('keeps the time when it was chosen', () => {
    const decision = decideIndex(stateOf(LOW));
    expect(decision).toMatchObject({ next: { time: NOW } });
    expect(formatDecimal(stateOf(LOW).spot)).toBe('44000');
  });
});
