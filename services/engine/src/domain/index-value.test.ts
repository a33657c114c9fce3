import { DECIMAL_ONE, formatDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import type { HalfMarket } from './half-price.js';
import { indexAt, linkValueOf, openHeld, yearlyDriftBps } from './index-value.js';
import { at, DAY, dec, plus, SERIES } from './values.fixture.js';

const OPEN = at('2026-07-02T12:00:00Z');
/** After the maturity N pays exactly spot − strike: no model, plain numbers. */
const paid = (spot: string): HalfMarket => ({
  spot: dec(spot),
  time: SERIES.maturity,
  volatilities: new Map([['*', dec('0.6')]]),
});
const held = {
  series: SERIES,
  openTime: OPEN,
  index: dec('1.2'),
  linkValue: dec('20000'),
};

describe('the index', () => {
  it('of P is constant', () => {
    const p = { series: SERIES, openTime: OPEN, index: DECIMAL_ONE, linkValue: undefined };
    expect(indexAt(p, paid('1'), undefined)).toEqual(DECIMAL_ONE);
  });

  it('of N is what N did since it was bought, times what the index was then', () => {
    // 1.2 · (55 000 − 30 000) / 20 000
    expect(formatDecimal(indexAt(held, paid('55000'), undefined))).toBe('1.5');
  });

  it('is linked at a roll: the new N goes on from where the old one was', () => {
    const opened = openHeld(
      'N',
      { ...SERIES, strike: 44_000n },
      {
        market: paid('55000'),
        before: held,
        marketBefore: paid('55000'),
        restart: undefined,
      },
    );
    expect(formatDecimal(opened.index)).toBe('1.5');
    expect(opened.linkValue && formatDecimal(opened.linkValue)).toBe('11000');
    // The new N rises from 11 000 to 12 100: a tenth.
    expect(formatDecimal(indexAt(opened, paid('56100'), undefined))).toBe('1.65');
  });

  it('of a series that is settled stands at the price that it was settled by', () => {
    const opened = openHeld(
      'N',
      { ...SERIES, strike: 40_000n },
      {
        market: paid('70000'),
        before: held,
        marketBefore: paid('50000'),
        restart: undefined,
      },
    );
    expect(formatDecimal(opened.index)).toBe('1.2');
  });

  it('is 1 at the first series, and always for P', () => {
    const opening = {
      market: paid('55000'),
      before: undefined,
      marketBefore: paid('55000'),
      restart: undefined,
    };
    expect(openHeld('N', SERIES, opening).index).toEqual(DECIMAL_ONE);
    expect(openHeld('P', SERIES, { ...opening, before: held })).toEqual({
      series: SERIES,
      openTime: SERIES.maturity,
      index: DECIMAL_ONE,
      linkValue: undefined,
    });
  });

  it('starts anew with units that were issued anew while N was held', () => {
    const restart = { time: plus(OPEN, DAY), linkValue: dec('10000') };
    expect(formatDecimal(indexAt(held, paid('45000'), restart))).toBe('1.5');
    const earlier = { time: plus(OPEN, -DAY), linkValue: dec('10000') };
    expect(formatDecimal(indexAt(held, paid('45000'), earlier))).toBe('0.9');
  });

  it('of an N that is worth nothing counts its last digit, for nothing has no logarithm', () => {
    expect(formatDecimal(linkValueOf(SERIES, paid('29000')))).toBe('0.000001');
  });
});

describe('the yearly drift', () => {
  const state = {
    nav: 1_000_000n,
    issuedUnits: 1_000_000n,
    firstUnitTime: OPEN,
    index: DECIMAL_ONE,
    now: plus(OPEN, 365 * DAY),
    maturityDays: 30,
  };

  it('is 0 before the first unit', () => {
    expect(yearlyDriftBps({ ...state, nav: 5n, firstUnitTime: undefined, issuedUnits: 0n })).toBe(
      0,
    );
  });

  it.each([
    // ln 0.99 = −0.01005: 101 bps in a year
    ['990000', '1', 101],
    // The vault lost what the index lost.
    ['990000', '0.99', 0],
    ['1000000', '0.99', 101],
  ])('of a unit worth %s millionths against an index of %s is %i bps', (nav, index, bps) => {
    expect(yearlyDriftBps({ ...state, nav: BigInt(nav), index: dec(index) })).toBe(bps);
  });

  it('does not change with deposits that buy units at NAV', () => {
    const doubled = { ...state, nav: 1_980_000n, issuedUnits: 2_000_000n };
    expect(yearlyDriftBps(doubled)).toBe(101);
  });

  it('of a vault that is worth nothing is that of its last base unit', () => {
    // ln 1e-6 = −13.8155
    expect(yearlyDriftBps({ ...state, nav: -3n })).toBe(138_155);
  });
});
