import {
  DomainFailure,
  invalidFields,
  quoted,
  type FieldViolation,
  type Instant,
} from '@trimtab/core';
import { BPS_WHOLE, type Decimal } from '@trimtab/decimal';
import {
  ABSENT,
  checkAmount,
  checkDecimal,
  checkInteger,
  checkText,
  checkTimestamp,
  checkUuid,
  type Checked,
} from './field-checks.js';
import type {
  AmountRules,
  DecimalRules,
  IntegerRules,
  ListRules,
  TextRules,
} from './field-rules.js';

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

const WEIGHT: IntegerRules = { min: 0, max: BPS_WHOLE, reason: 'WEIGHT_OUT_OF_RANGE' };

/** Creates a reader for the top of a request. */
export function createFields(): FieldReader {
  return readerAt('', []);
}

function readerAt(prefix: string, violations: FieldViolation[]): FieldReader {
  const pathOf = (field: string): string =>
    prefix === '' || field === '' ? prefix + field : `${prefix}.${field}`;
  const violation = (field: string, reason: string, message: string): void => {
    violations.push({ field: pathOf(field), reason, message });
  };
  const at = (field: string): FieldReader => readerAt(pathOf(field), violations);
  const take = <T>(field: string, { value, problem }: Checked<T>): T => {
    if (problem !== undefined) violation(field, problem.reason, problem.message);
    return value;
  };
  return {
    decimal: (field, text, rules = {}) => take(field, checkDecimal(text, rules)),
    amount: (field, text, rules = {}) => take(field, checkAmount(text, rules)),
    integer: (field, value, rules) => take(field, checkInteger(value, rules)),
    bps: (field, value, rules = {}) => take(field, checkInteger(value, { ...WEIGHT, ...rules })),
    uuid: (field, text) => take(field, checkUuid(text)),
    text: (field, text, rules) => take(field, checkText(text, rules)),
    enumValue: (field, value, words) => take(field, checkEnum(value, words)),
    timestamp: (field, value) => take(field, checkTimestamp(value)),
    message: (field, value, read) =>
      value === undefined
        ? take(field, { value: undefined, problem: ABSENT })
        : read(value, at(field)),
    list: (field, values, rules, read) => {
      noteCount(field, values.length, rules, violation);
      if (values.length > rules.max) return [];
      if (rules.unique !== undefined) noteDuplicates(field, values, rules.unique, violation);
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
}

function checkEnum<T>(value: number, words: Readonly<Partial<Record<number, T>>>): Checked<T> {
  const word = words[value];
  if (word !== undefined) return { value: word };
  const message = `was ${value}, which is no value of this enum`;
  const problem = value === 0 ? ABSENT : { reason: 'FIELD_INVALID', message };
  // The first word stands in; `done` throws before anybody reads it.
  return { value: Object.values(words)[0] as T, problem };
}

function noteCount(
  field: string,
  count: number,
  rules: Pick<ListRules<never>, 'min' | 'max' | 'reason'>,
  violation: FieldReader['violation'],
): void {
  const { min = 0, max, reason = 'FIELD_INVALID' } = rules;
  if (count > max) violation(field, reason, `had ${count} items, must have at most ${max}`);
  if (count >= min) return;
  const missing = count === 0 ? 'FIELD_REQUIRED' : reason;
  violation(field, missing, `had ${count} items, must have at least ${min}`);
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
