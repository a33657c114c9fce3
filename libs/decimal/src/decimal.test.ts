import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  compareDecimals,
  decimalOf,
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  parseInteger,
  ratioDecimal,
  subtractDecimals,
} from './decimal.js';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }))
  .map(([digits, scale]) => decimalOf(digits, scale));

describe('parseDecimal', () => {
  it.each(['0', '-1', '12', '0.5', '-0.05', '10000', '1.000000000000000001'])(
    'takes %s',
    (text) => {
      const parsed = parseDecimal(text);
      expect(parsed.ok && formatDecimal(parsed.value)).toBe(text);
    },
  );

  it.each([
    '',
    '+1',
    '-0',
    '1.0',
    '01',
    '.5',
    '5.',
    '1e3',
    '1,5',
    ' 1',
    '0.0',
    '1.0000000000000000001',
    'NaN',
  ])('refuses %j instead of repairing it', (text) => {
    expect(parseDecimal(text).ok).toBe(false);
  });

  it('refuses more than 128 characters before it computes', () => {
    expect(parseDecimal('1'.repeat(129)).ok).toBe(false);
  });

  it('gives one text for one value', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(parseDecimal(formatDecimal(value))).toEqual({ ok: true, value });
      }),
      { seed: 20260718 },
    );
  });
});

describe('parseInteger', () => {
  it.each(['0', '-5', '340282366920938463463374607431768211456'])('takes %s', (text) => {
    expect(parseInteger(text)).toEqual({ ok: true, value: BigInt(text) });
  });

  it.each(['', '-0', '007', '1.5', '1e3', '0x10', ' 1'])('refuses %j', (text) => {
    expect(parseInteger(text).ok).toBe(false);
  });
});

describe('decimal arithmetic', () => {
  it('compares by value across scales', () => {
    expect(compareDecimals(decimalOf(5n, 1), decimalOf(49n, 2))).toBe(1);
    expect(compareDecimals(decimalOf(5n, 1), decimalOf(5n, 1))).toBe(0);
  });

  it('multiplies and subtracts exactly', () => {
    expect(formatDecimal(multiplyDecimals(decimalOf(15n, 1), decimalOf(2n, 1)))).toBe('0.3');
    expect(formatDecimal(subtractDecimals(decimalOf(3n, 1), decimalOf(1n, 1)))).toBe('0.2');
  });

  it('floors a ratio at the stated digit', () => {
    expect(formatDecimal(ratioDecimal(1n, 3n, 18))).toBe('0.333333333333333333');
    expect(formatDecimal(ratioDecimal(-1n, 3n, 2))).toBe('-0.34');
  });
});

describe('a text that is refused', () => {
  it('is repeated up to 64 characters, and above 128 only counted', () => {
    const refusals = (text: string) => [parseDecimal(text), parseInteger(text)];
    for (const refusal of refusals('x'.repeat(128))) {
      expect(refusal.ok ? '' : refusal.error).toContain(`was "${'x'.repeat(64)}…", must be`);
    }
    for (const refusal of refusals('x'.repeat(129))) {
      expect(refusal).toEqual({ ok: false, error: 'was 129 characters long, at most 128' });
    }
  });
});
