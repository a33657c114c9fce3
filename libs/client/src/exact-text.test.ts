import { describe, expect, it } from 'vitest';
import { exactText } from './exact-text.js';

describe('exactText', () => {
  it.each([
    [0.55, '0.55'],
    [1.5, '1.5'],
    [2, '2'],
    [1e21, '1000000000000000000000'],
    [1.25e21, '1250000000000000000000'],
    [1e-7, '0.0000001'],
    [1.5e-7, '0.00000015'],
    [-1e-7, '-0.0000001'],
    ['50000.00', '50000'],
    ['0.50', '0.5'],
  ])('writes %s as the canonical decimal %s', (value, text) => {
    expect(exactText(value)).toBe(text);
  });

  it.each(['1,5', 'much', ''])('leaves %j to the validation, which names it', (text) => {
    expect(exactText(text)).toBe(text);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('leaves %s to the validation too', (value) => {
    expect(exactText(value)).toBe(String(value));
  });
});
