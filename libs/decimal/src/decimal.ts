import { err, ok, quoted, type Result } from '@trimtab/core';
import { floorDiv } from './rounding.js';

/**
 * Exact decimals: `digits / 10^scale`. One canonical text for each value, so that equal values
 * have equal bytes: no plus, exponent, trailing zeros or minus zero.
 */
export interface Decimal {
  readonly digits: bigint;
  /** Number of fraction digits, 0 or more; the last one is never 0. */
  readonly scale: number;
}

/** The grammar of canonical decimals. */
export const CANONICAL_DECIMAL = /^(0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/;
const CANONICAL_INTEGER = /^(0|-?[1-9]\d*)$/;
/** Longer texts are refused before any arithmetic. */
const MAX_LENGTH = 128;

/** Zero. */
export const DECIMAL_ZERO: Decimal = { digits: 0n, scale: 0 };
/** One. */
export const DECIMAL_ONE: Decimal = { digits: 1n, scale: 0 };

/** Reads a canonical decimal with at most `maxScale` fraction digits; refuses, never repairs. */
export function parseDecimal(text: string, maxScale = 18): Result<Decimal, string> {
  if (text.length > MAX_LENGTH)
    return err(`was ${text.length} characters long, at most ${MAX_LENGTH}`);
  if (!CANONICAL_DECIMAL.test(text)) {
    return err(`was ${quoted(text)}, must be a canonical decimal such as 0.5 or 12`);
  }
  const point = text.indexOf('.');
  const scale = point < 0 ? 0 : text.length - point - 1;
  if (scale > maxScale)
    return err(`was ${quoted(text)}, must have at most ${maxScale} fraction digits`);
  return ok({ digits: BigInt(text.replace('.', '')), scale });
}

/** Reads a canonical integer (base units); refuses, never repairs. */
export function parseInteger(text: string): Result<bigint, string> {
  if (text.length > MAX_LENGTH)
    return err(`was ${text.length} characters long, at most ${MAX_LENGTH}`);
  if (!CANONICAL_INTEGER.test(text)) {
    return err(`was ${quoted(text)}, must be an integer in base units such as 1500000`);
  }
  return ok(BigInt(text));
}

/** Builds the decimal `digits / 10^scale`, with trailing zeros removed. */
export function decimalOf(digits: bigint, scale: number): Decimal {
  let rest = digits;
  let places = scale;
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n;
    places -= 1;
  }
  return { digits: rest, scale: places };
}

/** Writes a decimal in its canonical form. */
export function formatDecimal(value: Decimal): string {
  const { digits, scale } = decimalOf(value.digits, value.scale);
  if (scale === 0) return digits.toString();
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** Orders two decimals: -1, 0 or 1. */
export function compareDecimals(left: Decimal, right: Decimal): -1 | 0 | 1 {
  const a = left.digits * pow10(right.scale);
  const b = right.digits * pow10(left.scale);
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** The exact product. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return decimalOf(left.digits * right.digits, left.scale + right.scale);
}

/** The exact difference. */
export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = left.scale > right.scale ? left.scale : right.scale;
  const a = left.digits * pow10(scale - left.scale);
  const b = right.digits * pow10(scale - right.scale);
  return decimalOf(a - b, scale);
}

/** `numerator / denominator` as a decimal of at most `places` fraction digits, floored. */
export function ratioDecimal(numerator: bigint, denominator: bigint, places: number): Decimal {
  return decimalOf(floorDiv(numerator * pow10(places), denominator), places);
}

/** The powers that prices and amounts need, computed once: 18 fraction digits and 27 decimals twice. */
const POWERS: readonly bigint[] = Array.from(
  { length: 100 },
  (_, exponent) => 10n ** BigInt(exponent),
);

/** Ten to the power of a whole, non-negative exponent. */
export function pow10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}
