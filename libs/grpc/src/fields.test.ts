import { DomainFailure } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { createFields, type FieldReader } from './fields.js';

/** `field reason` of every violation that the reads leave. */
function violations(read: (fields: FieldReader) => unknown): readonly string[] {
  const fields = createFields();
  read(fields);
  try {
    fields.done();
  } catch (error) {
    if (!(error instanceof DomainFailure)) throw error;
    return error.error.violations.map(({ field, reason }) => `${field} ${reason}`);
  }
  return [];
}

describe('createFields', () => {
  it('collects every violation before it refuses, the first one giving the reason', () => {
    const fields = createFields();
    fields.decimal('price', '1.50');
    fields.uuid('request_id', '');
    expect(fields.clean).toBe(false);
    expect(() => fields.done()).toThrow(
      'price: was "1.50", must be a canonical decimal such as 0.5 or 12; request_id: must be set',
    );
  });

  it('passes when nothing was violated', () => {
    expect(violations((fields) => fields.decimal('price', '1.5', { positive: true }))).toEqual([]);
  });

  it('names nested fields by their path', () => {
    const found = violations((fields) =>
      fields.message('config', { targets: [1, 2] }, ({ targets }, config) =>
        config.list('targets', targets, { max: 9 }, (target, item) =>
          item.bps('weight_bps', target === 2 ? 10_001 : target),
        ),
      ),
    );
    expect(found).toEqual(['config.targets[1].weight_bps WEIGHT_OUT_OF_RANGE']);
  });
});

describe('the messages', () => {
  const long = 'x'.repeat(65);
  it.each<[string, (fields: FieldReader) => unknown]>([
    ['a decimal', (fields) => fields.decimal('f', long)],
    ['an amount', (fields) => fields.amount('f', long)],
    ['a UUID', (fields) => fields.uuid('f', long)],
    ['a text', (fields) => fields.text('f', long, { maxLength: 99, pattern: /^a$/ })],
    [
      'a duplicate',
      (fields) => fields.list('f', [long, long], { max: 2, unique: (text) => text }, String),
    ],
  ])('repeat at most 64 characters of %s', (_what, read) => {
    const fields = createFields();
    read(fields);
    expect(() => fields.done()).toThrow(`"${'x'.repeat(64)}…"`);
  });
});

describe('decimal', () => {
  it.each(['1.50', '01', '1e3', '+1', '-0', '.5', ' 1', '٣', 'NaN'])('refuses %s', (text) => {
    expect(violations((fields) => fields.decimal('x', text))).toEqual(['x DECIMAL_NOT_CANONICAL']);
  });

  it.each([
    ['0', ['x FIELD_INVALID']],
    ['0.000000000000000001', []],
    ['0.0000000000000000001', ['x DECIMAL_NOT_CANONICAL']],
    ['-1', ['x FIELD_INVALID']],
    ['', ['x FIELD_REQUIRED']],
  ])('positive: %s', (text, expected) => {
    expect(violations((fields) => fields.decimal('x', text, { positive: true }))).toEqual(expected);
  });

  it.each([
    ['0.9', ['x KAPPA_OUT_OF_RANGE']],
    ['1', []],
    ['2.5', []],
    ['2.51', ['x KAPPA_OUT_OF_RANGE']],
  ])('1 to 2.5 with a reason of its own: %s', (text, expected) => {
    const rules = { min: decimalOf(1n, 0), max: decimalOf(25n, 1), reason: 'KAPPA_OUT_OF_RANGE' };
    expect(violations((fields) => fields.decimal('x', text, rules))).toEqual(expected);
  });
});

describe('amount', () => {
  it('reads integers of any size', () => {
    expect(createFields().amount('x', '123456789012345678901234567890')).toBe(
      123456789012345678901234567890n,
    );
  });

  it.each([
    ['0', {}, []],
    ['-1', {}, ['x AMOUNT_OUT_OF_RANGE']],
    ['0', { positive: true }, ['x AMOUNT_OUT_OF_RANGE']],
    ['10', { max: 10n }, []],
    ['11', { max: 10n }, ['x AMOUNT_OUT_OF_RANGE']],
    ['1.0', {}, ['x DECIMAL_NOT_CANONICAL']],
    ['', {}, ['x FIELD_REQUIRED']],
  ])('%s with %o', (text, rules, expected) => {
    expect(violations((fields) => fields.amount('x', text, rules))).toEqual(expected);
  });
});

describe('integer', () => {
  it.each([
    [0, ['x FIELD_INVALID']],
    [1, []],
    [9n, []],
    [10n, ['x FIELD_INVALID']],
  ])('1 to 9: %s', (value, expected) => {
    expect(violations((fields) => fields.integer('x', value, { min: 1, max: 9 }))).toEqual(
      expected,
    );
  });
});

describe('uuid', () => {
  it('returns lower case', () => {
    expect(createFields().uuid('x', '6F1C1D7E-5D0F-4C37-9D8E-0A2F1C3B4D5E')).toBe(
      '6f1c1d7e-5d0f-4c37-9d8e-0a2f1c3b4d5e',
    );
  });

  it.each(['6f1c1d7e5d0f4c379d8e0a2f1c3b4d5e', 'x', '6f1c1d7e-5d0f-4c37-9d8e-0a2f1c3b4d5'])(
    'refuses %s',
    (text) => {
      expect(violations((fields) => fields.uuid('x', text))).toEqual(['x FIELD_INVALID']);
    },
  );
});

describe('text', () => {
  const rules = { maxLength: 3, pattern: /^[a-z]+$/ };
  it.each([
    ['abc', []],
    ['abcd', ['x FIELD_INVALID']],
    ['aB', ['x FIELD_INVALID']],
    ['', ['x FIELD_REQUIRED']],
  ])('%s', (text, expected) => {
    expect(violations((fields) => fields.text('x', text, rules))).toEqual(expected);
  });

  it('refuses what was no UTF-8 on the wire, and NUL', () => {
    for (const text of ['a\u{FFFD}', 'a\u{0000}']) {
      expect(violations((fields) => fields.text('x', text, { maxLength: 9 }))).toHaveLength(1);
    }
  });
});

describe('enumValue', () => {
  const words = { 1: 'BUY', 2: 'SELL' } as const;
  it('maps a known value to its word', () => {
    expect(createFields().enumValue('side', 2, words)).toBe('SELL');
  });

  it.each([
    [0, 'side FIELD_REQUIRED'],
    [3, 'side FIELD_INVALID'],
    [-1, 'side FIELD_INVALID'],
  ])('refuses %i', (value, expected) => {
    expect(violations((fields) => fields.enumValue('side', value, words))).toEqual([expected]);
  });
});

describe('timestamp', () => {
  it.each<[Date | undefined, readonly string[]]>([
    [new Date(0), []],
    [undefined, ['x FIELD_REQUIRED']],
    [new Date(NaN), ['x FIELD_INVALID']],
    [new Date(253_402_300_799_999), []],
    [new Date(253_402_300_800_000), ['x FIELD_INVALID']],
  ])('%s', (value, expected) => {
    expect(violations((fields) => fields.timestamp('x', value))).toEqual(expected);
  });
});

describe('list', () => {
  const read = (values: readonly string[], rules = {}): readonly string[] =>
    violations((fields) =>
      fields.list('x', values, { min: 1, max: 2, ...rules }, (value) => value),
    );

  it.each<[readonly string[], readonly string[]]>([
    [[], ['x FIELD_REQUIRED']],
    [['a'], []],
    [['a', 'b'], []],
    [['a', 'b', 'c'], ['x FIELD_INVALID']],
  ])('1 to 2 items: %s', (values, expected) => {
    expect(read(values)).toEqual(expected);
  });

  it('names the second of two equal items', () => {
    expect(read(['a', 'a'], { unique: (value: string) => value })).toEqual(['x[1] DUPLICATE_ID']);
  });

  it('gives too many items the reason of their rule', () => {
    expect(read(['a', 'b', 'c'], { reason: 'BATCH_TOO_LARGE' })).toEqual(['x BATCH_TOO_LARGE']);
  });
});

describe('optional', () => {
  it('reads nothing for an absent or empty value', () => {
    const fields = createFields();
    expect(fields.optional('', (text) => fields.amount('x', text))).toBeUndefined();
    expect(fields.optional(undefined, (text: string) => fields.amount('x', text))).toBeUndefined();
    expect(fields.optional('0', (text) => fields.amount('x', text))).toBe(0n);
    expect(fields.clean).toBe(true);
  });
});
