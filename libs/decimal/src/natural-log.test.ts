import { describe, expect, it } from 'vitest';
import { lnRatio } from './natural-log.js';

describe('lnRatio', () => {
  it.each([
    [1n, 1n, 0n],
    // ln 2, ln 10 and their inverses to 30 places
    [2n, 1n, 693147180559945309417232121458n],
    [1n, 2n, -693147180559945309417232121458n],
    [10n, 1n, 2302585092994045684017991454684n],
    [30n, 3n, 2302585092994045684017991454684n],
  ])('of %i / %i has these 30 places', (numerator, denominator, digits) => {
    expect(lnRatio(numerator, denominator, 30)).toBe(digits);
  });

  it('rounds to the places that are asked for', () => {
    expect(lnRatio(2n, 1n, 3)).toBe(693n);
    expect(lnRatio(2n, 1n, 4)).toBe(6931n);
    expect(lnRatio(2n, 1n, 5)).toBe(69315n);
  });

  it.each([
    [0n, 1n],
    [1n, 0n],
    [-1n, 2n],
  ])('refuses %i / %i', (numerator, denominator) => {
    expect(() => lnRatio(numerator, denominator, 10)).toThrow();
  });

  it('is the sum of its parts: ln(a/c) = ln(a/b) + ln(b/c), to the last place but one', () => {
    for (let a = 1n; a < 50n; a += 7n) {
      const whole = lnRatio(a * a, 3n, 20);
      const parts = lnRatio(a * a, a, 20) + lnRatio(a, 3n, 20);
      const off = whole - parts;
      expect(off >= -1n && off <= 1n).toBe(true);
    }
  });
});
