import { formatInstant, parseInstant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { cronCalendar } from './cron-calendar.js';

function time(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** The next times from one on, each asked after the one before. */
function due(cron: string, timeZone: string, from: string, count: number): readonly string[] {
  const times: Instant[] = [];
  for (let after = time(from); times.length < count;) {
    const next = cronCalendar.next({ cron, timeZone }, after);
    if (next === undefined) break;
    times.push(next);
    after = next;
  }
  return times.map((one) => formatInstant(one).slice(0, 16));
}

describe('a schedule', () => {
  it('is due at its time in its zone', () => {
    // Zurich is two hours ahead in summer.
    expect(due('30 9 * * *', 'Europe/Zurich', '2026-07-01T00:00:00.000Z', 2)).toEqual([
      '2026-07-01T07:30',
      '2026-07-02T07:30',
    ]);
  });

  it('is next due strictly after a time, to the millisecond', () => {
    const schedule = { cron: '0 12 * * *', timeZone: 'UTC' };
    const noon = time('2026-07-01T12:00:00.000Z');
    expect(cronCalendar.next(schedule, (noon - 1) as Instant)).toBe(noon);
    expect(cronCalendar.next(schedule, noon)).toBe(time('2026-07-02T12:00:00.000Z'));
  });

  it('is due on either day when day of month and day of week are both given', () => {
    expect(due('0 0 15 * 1', 'UTC', '2026-06-10T00:00:00.000Z', 3)).toEqual([
      '2026-06-15T00:00',
      '2026-06-22T00:00',
      '2026-06-29T00:00',
    ]);
    expect(due('0 0 17 * 1', 'UTC', '2026-06-16T00:00:00.000Z', 2)).toEqual([
      '2026-06-17T00:00',
      '2026-06-22T00:00',
    ]);
  });

  it('knows 7 and 0 as Sunday', () => {
    expect(due('0 0 * * 7', 'UTC', '2026-03-04T00:00:00.000Z', 1)).toEqual(['2026-03-08T00:00']);
    expect(due('0 0 * * 0', 'UTC', '2026-03-04T00:00:00.000Z', 1)).toEqual(['2026-03-08T00:00']);
  });

  it.each([
    // On 29 March 2026 the clocks of Zurich go from 02:00 to 03:00.
    ['Europe/Zurich', '2026-03-28T12:00:00.000Z', ['2026-03-29T01:30', '2026-03-30T00:30']],
    // On 8 March 2026 those of New York do.
    ['America/New_York', '2026-03-07T12:00:00.000Z', ['2026-03-08T07:30', '2026-03-09T06:30']],
  ])(
    'of a time that the clocks of %s leave out is due an hour later, once',
    (zone, from, times) => {
      expect(due('30 2 * * *', zone, from, 2)).toEqual(times);
    },
  );

  it('of a time that comes twice is due the first time only', () => {
    // On 25 October 2026 Zurich has 02:30 at 00:30Z and again at 01:30Z.
    expect(due('30 2 * * *', 'Europe/Zurich', '2026-10-24T12:00:00.000Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('of every half hour is due in both of the doubled hours', () => {
    expect(due('*/30 * * * *', 'Europe/Zurich', '2026-10-24T23:45:00.000Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });

  it('waits for a leap year if it must, and is never due on a day that no month has', () => {
    expect(due('0 0 29 2 *', 'UTC', '2026-03-01T00:00:00.000Z', 1)).toEqual(['2028-02-29T00:00']);
    expect(due('0 0 30 2 *', 'UTC', '2026-03-01T00:00:00.000Z', 1)).toEqual([]);
  });

  it('is an error when it is no expression at all, or of no zone', () => {
    const now = time('2026-03-01T00:00:00.000Z');
    expect(() => cronCalendar.next({ cron: '61 * * * *', timeZone: 'UTC' }, now)).toThrow();
    expect(() => cronCalendar.next({ cron: '0 * * * *', timeZone: 'Moon/Sea' }, now)).toThrow();
  });
});
