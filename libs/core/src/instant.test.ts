import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { addSeconds, formatInstant, instant, parseInstant } from './instant.js';

describe('formatInstant', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_522_800_000_000, '2018-04-04T00:00:00.000Z'],
    [951_782_400_000, '2000-02-29T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
  ])('writes %i as %s', (milliseconds, text) => {
    expect(formatInstant(instant(milliseconds))).toBe(text);
  });

  it('agrees with the platform over four thousand years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
        expect(formatInstant(instant(ms))).toBe(new Date(ms).toISOString());
      }),
      { seed: 20260718, numRuns: 2000 },
    );
  });
});

describe('parseInstant', () => {
  it('reads back what formatInstant wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
        expect(parseInstant(formatInstant(instant(ms)))).toEqual({ ok: true, value: ms });
      }),
      { seed: 20260718, numRuns: 2000 },
    );
  });

  it.each([
    '2018-04-04',
    '2018-02-29T00:00:00Z',
    '2018-13-01T00:00:00Z',
    '2018-01-01T24:00:00Z',
    '2018-01-01T00:60:00Z',
    '2018-01-01T00:00:60Z',
    '2018-01-01T00:00:00+00:00',
    '2018-01-01T00:00:00.0001Z',
  ])('refuses %s', (text) => {
    expect(parseInstant(text).ok).toBe(false);
  });

  it('takes whole seconds without a fraction', () => {
    expect(parseInstant('2018-04-04T00:00:01Z')).toEqual({ ok: true, value: 1_522_800_001_000 });
  });
});

describe('instant', () => {
  it('refuses what is not whole milliseconds of the years 0 to 9999', () => {
    expect(() => instant(0.5)).toThrow(RangeError);
    expect(() => instant(253_402_300_800_000)).toThrow(RangeError);
    expect(() => addSeconds(instant(253_402_300_799_999), 1)).toThrow(RangeError);
  });
});
