import {
  DomainFailure,
  instant,
  invalidFields,
  type FieldViolation,
  type Instant,
} from '@trimtab/core';
import {
  BPS_WHOLE,
  DECIMAL_ZERO,
  compareDecimals,
  formatDecimal,
  parseDecimal,
  parseInteger,
  type Decimal,
} from '@trimtab/decimal';

/**
 * Reads the fields of a request and collects every violation, so that a caller learns all of them at
 * once. A reader never stops in the middle: for a bad field it returns a harmless value of the type
 * and notes the violation; `done` then throws, so the value is never used.
 */
export interface FieldReader {
  /** A canonical decimal; DECIMAL_NOT_CANONICAL, and `reason` out of its range. */
  decimal(field: string, text: string, rules?: DecimalRules): Decimal;
  /** An integer in base units as text; DECIMAL_NOT_CANONICAL. At least 0 unless `min` says else. */
  amount(field: string, text: string, rules?: AmountRules): bigint;
  /** An int32 or int64 within its bounds. */
  integer(field: string, value: number | bigint, rules: IntegerRules): number;
  /** Basis points, 0 to 10 000 by default; WEIGHT_OUT_OF_RANGE. */
  bps(field: string, value: number, rules?: Partial<IntegerRules>): number;
  /** A UUID, returned in lower case. */
  uuid(field: string, text: string): string;
  /** A text that is not empty. */
  text(field: string, text: string, rules: TextRules): string;
  /** A known enum value other than the unspecified one, mapped to our own word for it. */
  enumValue<T>(field: string, value: number, words: Readonly<Partial<Record<number, T>>>): T;
  /** A set time. */
  timestamp(field: string, value: Date | undefined): Instant;
  /** A set message, read by `read` with a reader for its fields; undefined when it is absent. */
  message<V, T>(
    field: string,
    value: V | undefined,
    read: (value: V, fields: FieldReader) => T,
  ): T | undefined;
  /** Every item of a list, read by `read` with a reader for `field[index]`. */
  list<V, T>(
    field: string,
    values: readonly V[],
    rules: ListRules<V>,
    read: (value: V, fields: FieldReader) => T,
  ): T[];
  /** Reads an optional field: undefined for an absent or empty value. */
  optional<V, T>(value: V | undefined, read: (value: V) => T): T | undefined;
  /** Notes a violation of another rule; at '' it is about the message itself. */
  violation(field: string, reason: string, message: string): void;
  /** A reader whose paths begin with `field`, for a nested message. */
  at(field: string): FieldReader;
  /** True while nothing was violated. */
  readonly clean: boolean;
  /** @throws DomainFailure INVALID_ARGUMENT with every violation */
  done(): void;
}

/** The range of a decimal, bounds included, as canonical texts. */
export interface DecimalRules {
  /** Greater than 0. */
  readonly positive?: boolean;
  readonly min?: Decimal;
  readonly max?: Decimal;
  /** Most fraction digits, 18 by default. */
  readonly maxScale?: number;
  /** The reason out of range; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** The range of an amount, bounds included. */
export interface AmountRules {
  /** Greater than 0. */
  readonly positive?: boolean;
  /** 0 by default. */
  readonly min?: bigint;
  readonly max?: bigint;
  /** The reason out of range; AMOUNT_OUT_OF_RANGE by default. */
  readonly reason?: string;
}

/** The range of an integer, bounds included. */
export interface IntegerRules {
  readonly min: number;
  readonly max: number;
  /** The reason out of range; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** What a text may be. */
export interface TextRules {
  /** In UTF-16 units; texts above it are refused before the pattern is tried. */
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** The reason for a text that does not match; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** How many items a list has. */
export interface ListRules<V> {
  /** 0 by default. */
  readonly min?: number;
  readonly max: number;
  /** The reason for too many; FIELD_INVALID by default. */
  readonly reason?: string;
  /** What no two items may share; DUPLICATE_ID. */
  readonly unique?: (value: V) => string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EPOCH = instant(0);

/** Creates a reader for the top of a request. */
export function createFields(): FieldReader {
  return readerAt('', []);
}

function readerAt(prefix: string, violations: FieldViolation[]): FieldReader {
  const pathOf = (field: string): string => {
    if (prefix === '' || field === '') return prefix + field;
    return `${prefix}.${field}`;
  };
  const violation = (field: string, reason: string, message: string): void => {
    violations.push({ field: pathOf(field), reason, message });
  };
  const required = (field: string): void => violation(field, 'FIELD_REQUIRED', 'must be set');
  const at = (field: string): FieldReader => readerAt(pathOf(field), violations);

  const reader: FieldReader = {
    decimal: (field, text, rules = {}) => {
      if (text === '') {
        required(field);
        return DECIMAL_ZERO;
      }
      const parsed = parseDecimal(text, rules.maxScale);
      if (!parsed.ok) {
        violation(field, 'DECIMAL_NOT_CANONICAL', shortened(parsed.error));
        return DECIMAL_ZERO;
      }
      const broken = outsideDecimal(parsed.value, rules);
      if (broken !== undefined) {
        violation(field, rules.reason ?? 'FIELD_INVALID', `was ${text}, must be ${broken}`);
      }
      return parsed.value;
    },
    amount: (field, text, rules = {}) => {
      if (text === '') {
        required(field);
        return 0n;
      }
      const parsed = parseInteger(text);
      if (!parsed.ok) {
        violation(field, 'DECIMAL_NOT_CANONICAL', shortened(parsed.error));
        return 0n;
      }
      const min = rules.positive === true ? 1n : (rules.min ?? 0n);
      const { max } = rules;
      if (parsed.value < min || (max !== undefined && parsed.value > max)) {
        const allowed = max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
        violation(field, rules.reason ?? 'AMOUNT_OUT_OF_RANGE', `was ${text}, must be ${allowed}`);
      }
      return parsed.value;
    },
    integer: (field, value, { min, max, reason = 'FIELD_INVALID' }) => {
      if (value >= min && value <= max) return Number(value);
      violation(field, reason, `was ${value}, must be from ${min} to ${max}`);
      return min;
    },
    bps: (field, value, rules = {}) =>
      reader.integer(field, value, {
        min: 0,
        max: BPS_WHOLE,
        reason: 'WEIGHT_OUT_OF_RANGE',
        ...rules,
      }),
    uuid: (field, text) => {
      const lower = text.toLowerCase();
      if (text === '') required(field);
      else if (!UUID.test(lower)) {
        violation(field, 'FIELD_INVALID', `was ${quoted(text)}, must be a UUID`);
      }
      return lower;
    },
    text: (field, text, { maxLength, pattern, reason = 'FIELD_INVALID' }) => {
      if (text === '') required(field);
      else if (text.length > maxLength) {
        const allowed = `at most ${maxLength}`;
        violation(field, reason, `was ${text.length} characters long, must be ${allowed}`);
      } else if (text.includes('\u{FFFD}') || text.includes('\u{0000}')) {
        violation(field, reason, 'must be UTF-8 text without NUL and replacement characters');
      } else if (pattern?.test(text) === false) {
        violation(field, reason, `was ${quoted(text)}, must match ${pattern.source}`);
      }
      return text;
    },
    enumValue: <T>(
      field: string,
      value: number,
      words: Readonly<Partial<Record<number, T>>>,
    ): T => {
      const word = words[value];
      if (word !== undefined) return word;
      if (value === 0) required(field);
      else violation(field, 'FIELD_INVALID', `was ${value}, which is no value of this enum`);
      // The first word stands in; `done` throws before anybody reads it.
      return Object.values(words)[0] as T;
    },
    timestamp: (field, value) => {
      if (value === undefined) {
        required(field);
        return EPOCH;
      }
      try {
        return instant(value.getTime());
      } catch {
        violation(field, 'FIELD_INVALID', 'must be a time of the years 0 to 9999');
        return EPOCH;
      }
    },
    message: (field, value, read) => {
      if (value !== undefined) return read(value, at(field));
      required(field);
      return undefined;
    },
    list: (field, values, rules, read) => {
      const { min = 0, max, reason = 'FIELD_INVALID', unique } = rules;
      if (values.length > max) {
        violation(field, reason, `had ${values.length} items, must have at most ${max}`);
        return [];
      }
      if (values.length < min) {
        const missing = values.length === 0 ? 'FIELD_REQUIRED' : reason;
        violation(field, missing, `had ${values.length} items, must have at least ${min}`);
      }
      if (unique !== undefined) noteDuplicates(field, values, unique, violation);
      return values.map((value, index) => read(value, at(`${field}[${index}]`)));
    },
    optional: (value, read) => (value === undefined || value === '' ? undefined : read(value)),
    violation,
    at,
    get clean() {
      return violations.length === 0;
    },
    done: () => {
      if (violations.length > 0) throw new DomainFailure(invalidFields(violations));
    },
  };
  return reader;
}

function outsideDecimal(value: Decimal, rules: DecimalRules): string | undefined {
  const { positive, min, max } = rules;
  if (positive === true && value.digits <= 0n) return 'greater than 0';
  if (min !== undefined && compareDecimals(value, min) < 0) return `at least ${formatDecimal(min)}`;
  if (max !== undefined && compareDecimals(value, max) > 0) return `at most ${formatDecimal(max)}`;
  return undefined;
}

function noteDuplicates<V>(
  field: string,
  values: readonly V[],
  unique: (value: V) => string,
  violation: FieldReader['violation'],
): void {
  const seen = new Map<string, number>();
  values.forEach((value, index) => {
    const key = unique(value);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else
      violation(`${field}[${index}]`, 'DUPLICATE_ID', `is ${quoted(key)} again, as at [${first}]`);
  });
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
