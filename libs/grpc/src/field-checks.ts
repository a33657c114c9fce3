import { instant, quoted, shortened, type Instant } from '@trimtab/core';
import {
  DECIMAL_ZERO,
  compareDecimals,
  formatDecimal,
  parseDecimal,
  parseInteger,
  type Decimal,
} from '@trimtab/decimal';
import type { AmountRules, DecimalRules, IntegerRules, TextRules } from './field-rules.js';

/** A field as read: its value, or a harmless one of the type together with what is wrong. */
export interface Checked<T> {
  readonly value: T;
  readonly problem?: Problem;
}

/** What is wrong with a field. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const EPOCH = instant(0);

/** The problem of a field that is not set. */
export const ABSENT: Problem = { reason: 'FIELD_REQUIRED', message: 'must be set' };

/** Checks a canonical decimal. */
export function checkDecimal(text: string, rules: DecimalRules): Checked<Decimal> {
  if (text === '') return { value: DECIMAL_ZERO, problem: ABSENT };
  const parsed = parseDecimal(text, rules.maxScale);
  if (!parsed.ok) return notCanonical(DECIMAL_ZERO, parsed.error);
  const allowed = allowedDecimal(parsed.value, rules);
  if (allowed === undefined) return { value: parsed.value };
  return broken(parsed.value, rules.reason, `was ${shortened(text)}, must be ${allowed}`);
}

/** Checks an integer in base units. */
export function checkAmount(text: string, rules: AmountRules): Checked<bigint> {
  if (text === '') return { value: 0n, problem: ABSENT };
  const parsed = parseInteger(text);
  if (!parsed.ok) return notCanonical(0n, parsed.error);
  const { max, reason = 'AMOUNT_OUT_OF_RANGE' } = rules;
  const min = rules.positive === true ? 1n : (rules.min ?? 0n);
  if (parsed.value >= min && (max === undefined || parsed.value <= max)) return parsed;
  const allowed = max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
  return broken(parsed.value, reason, `was ${shortened(text)}, must be ${allowed}`);
}

/** Checks a whole number; the least one stands in for a bad one. */
export function checkInteger(value: number | bigint, rules: IntegerRules): Checked<number> {
  const { min, max, reason } = rules;
  if (value >= min && value <= max) return { value: Number(value) };
  return broken(min, reason, `was ${value}, must be from ${min} to ${max}`);
}

/** Checks a UUID of any case. */
export function checkUuid(text: string): Checked<string> {
  const value = text.toLowerCase();
  if (text === '') return { value, problem: ABSENT };
  if (UUID.test(value)) return { value };
  return broken(value, undefined, `was ${quoted(text)}, must be a UUID`);
}

/** Checks a text that must not be empty. */
export function checkText(value: string, rules: TextRules): Checked<string> {
  const { maxLength, pattern, reason } = rules;
  if (value === '') return { value, problem: ABSENT };
  if (value.length > maxLength) {
    const message = `was ${value.length} characters long, must be at most ${maxLength}`;
    return broken(value, reason, message);
  }
  // What was no UTF-8 on the wire arrives as replacement characters.
  if (value.includes('\u{FFFD}') || value.includes('\u{0000}')) {
    return broken(value, reason, 'must be UTF-8 text without NUL and replacement characters');
  }
  if (pattern?.test(value) === false) {
    return broken(value, reason, `was ${quoted(value)}, must match ${pattern.source}`);
  }
  return { value };
}

/** Checks a time; 1970 stands in for a bad one. */
export function checkTimestamp(value: Date | undefined): Checked<Instant> {
  if (value === undefined) return { value: EPOCH, problem: ABSENT };
  try {
    return { value: instant(value.getTime()) };
  } catch {
    return broken(EPOCH, undefined, 'must be a time of the years 0 to 9999');
  }
}

function broken<T>(value: T, reason: string | undefined, message: string): Checked<T> {
  return { value, problem: { reason: reason ?? 'FIELD_INVALID', message } };
}

function notCanonical<T>(value: T, message: string): Checked<T> {
  return broken(value, 'DECIMAL_NOT_CANONICAL', message);
}

function allowedDecimal(value: Decimal, rules: DecimalRules): string | undefined {
  const { positive, min, max } = rules;
  if (positive === true && value.digits <= 0n) return 'greater than 0';
  if (min !== undefined && compareDecimals(value, min) < 0) return `at least ${formatDecimal(min)}`;
  if (max !== undefined && compareDecimals(value, max) > 0) return `at most ${formatDecimal(max)}`;
  return undefined;
}
