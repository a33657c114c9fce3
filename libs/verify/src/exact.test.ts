import { describe, expect, it } from 'vitest';
import { decimalText, floor, fractionOf, nearest } from './exact.js';

describe('exact arithmetic', () => {
  it('floors towards minus infinity', () => {
    expect([floor(7n, 2n), floor(-7n, 2n), floor(-8n, 2n)]).toEqual([3n, -4n, -4n]);
  });

  it('rounds the half towards plus infinity', () => {
    expect([nearest(5n, 2n), nearest(-5n, 2n), nearest(7n, 3n)]).toEqual([3n, -2n, 2n]);
  });

  it('reads canonical decimals and no others', () => {
    expect(fractionOf('1.05')).toEqual({ top: 105n, bottom: 100n });
    expect(fractionOf('-12')).toEqual({ top: -12n, bottom: 1n });
    for (const text of ['1.0', '01', '+1', '1e3', '-0', '.5', '']) {
      expect(fractionOf(text)).toBeUndefined();
    }
  });

  it('writes ratios with at most 18 digits, floored, without zeros at the end', () => {
    expect(decimalText(1n, 3n)).toBe('0.333333333333333333');
    expect(decimalText(2n, 3n)).toBe('0.666666666666666666');
    expect(decimalText(1n, 2n)).toBe('0.5');
    expect(decimalText(4n, 2n)).toBe('2');
  });
});
