import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberText, readJson } from './read-json.js';
import { ExactNumber, writeJson } from './write-json.js';

const SEED = { seed: 20260718 };

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        let read: unknown;
        try {
          read = readJson(spaced);
        } catch (error) {
          // Numbers that only an exponent above 40 can write are refused.
          expect(String(error)).toContain('more digits than can be used');
          return;
        }
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(spaced));
      }),
      SEED,
    );
  });

  it.each([
    ['0.50', '0.5'],
    ['1e2', '100'],
    ['15E-1', '1.5'],
    ['-0', '0'],
    ['-1.50e1', '-15'],
    ['1e-3', '0.001'],
    ['12.5e-2', '0.125'],
    ['1.5e5', '150000'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
  ])('keeps the digits of %s', (literal, exact) => {
    expect(numberText(readJson(`{"a": ${literal}}`) as object, 'a')).toBe(exact);
    expect(numberText(readJson(`[${literal}]`) as object, '0')).toBe(exact);
  });

  it('keeps the digits of any decimal', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 30n }),
        fc.integer({ min: 1, max: 18 }),
        (n, scale) => {
          const digits = `${n}`.padStart(scale + 1, '0');
          const literal = `${digits.slice(0, -scale)}.${digits.slice(-scale)}1`;
          fc.pre(!Number.isInteger(Number(literal)));
          expect(numberText(readJson(`{"a":${literal}}`) as object, 'a')).toBe(literal);
        },
      ),
      SEED,
    );
  });

  it('knows no text of what is no number', () => {
    const value = readJson('{"a": "1", "b": true}') as object;
    expect([numberText(value, 'a'), numberText(value, 'b')]).toEqual([undefined, undefined]);
  });

  it('takes __proto__ and constructor as keys like any other', () => {
    const value = readJson('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(({} as { polluted?: number }).polluted).toBe(undefined);
  });

  it.each([
    ...[
      '',
      ' ',
      '{',
      '[',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '[1,]',
      '{a:1}',
      "{'a':1}",
      '01',
      '1.',
      '.5',
    ],
    ...['+1', 'NaN', 'Infinity', '"\u0001"', '"\\x"', '"open', '1 2', 'nul', '{"a":1}}', '-'],
    ...[
      '{"a":1,"a":2}',
      '['.repeat(40) + ']'.repeat(40),
      '1e99',
      '9'.repeat(101),
      '1.00000000000000000001',
    ],
  ])('refuses %j', (text) => {
    expect(() => readJson(text)).toThrow('the JSON');
  });

  it('takes nesting to its limit', () => {
    const deep = '['.repeat(32) + ']'.repeat(32);
    expect(JSON.stringify(readJson(deep))).toBe(deep);
  });
});

describe('writeJson', () => {
  it('writes what JSON.stringify writes, and exact numbers by their digits', () => {
    const value = { a: [1, 'x"', null, { b: true, c: undefined }], d: '\n' };
    expect(writeJson(value)).toBe(JSON.stringify(value));
    expect(writeJson({ a: new ExactNumber('0.123456789012345678') })).toBe(
      '{"a":0.123456789012345678}',
    );
  });

  it('refuses digits that JSON does not take', () => {
    for (const text of ['', '1e5', '.5', '01', 'x']) {
      expect(() => new ExactNumber(text)).toThrow('no number of JSON');
    }
  });
});
