import { formatDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { at, DAY, dec, plus, SERIES } from './values.fixture.js';
import { earliestAfter, rollTime, rollTrigger, wakeBand } from './wake-band.js';

function bandOf(spot: string, trigger?: string): readonly string[] {
  const { wakeBelow, wakeAbove } = wakeBand(
    dec(spot),
    500,
    trigger === undefined ? undefined : dec(trigger),
  );
  return [formatDecimal(wakeBelow), formatDecimal(wakeAbove)];
}

describe('the band that a price wakes the work beyond', () => {
  it.each([
    ['a move of so many bps', '60000', undefined, ['57000', '63000']],
    ['the roll trigger, if it comes first', '60000', '58000', ['58000', '63000']],
    [
      'a trigger at the price, which the next tick down is below',
      '60000',
      '60000',
      ['60000', '63000'],
    ],
    ['a move if the trigger is further away', '60000', '45000', ['57000', '63000']],
    // Else the work would wake itself: the price is below it already.
    ['a move if the price is below the trigger', '60000', '60001', ['57000', '63000']],
  ])('is %s', (_name, spot, trigger, band) => {
    expect(bandOf(spot, trigger)).toEqual(band);
  });

  it('has at most the 18 digits of a price, away from the price', () => {
    expect(bandOf('0.000000000000000001')).toEqual(['0', '0.000000000000000002']);
  });
});

describe('the roll of a held series', () => {
  it('is triggered below strike × threshold', () => {
    expect(formatDecimal(rollTrigger(SERIES, dec('1.5')))).toBe('45000');
  });

  it.each([
    ['standard', SERIES.maturity],
    ['manual', SERIES.maturity],
    // 30 days of life: 3 are left
    ['shortDated', plus(SERIES.maturity, -3 * DAY)],
  ] as const)('by age is due, %s', (strategy, time) => {
    expect(rollTime(SERIES, plus(SERIES.maturity, -30 * DAY), strategy)).toBe(time);
  });
});

describe('the earliest time', () => {
  it('is the first that is still to come', () => {
    const now = at('2026-07-02T12:00:00Z');
    const times = [undefined, now, plus(now, -5), plus(now, 9), plus(now, 7)];
    expect(earliestAfter(now, times)).toBe(now + 7);
    expect(earliestAfter(now, [undefined, now])).toBeUndefined();
  });
});
