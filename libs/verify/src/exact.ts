/** Exact arithmetic: whole numbers and fractions of them, never a float. */

/** A fraction; the denominator is above 0. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** The largest whole number that is at most `top / bottom`, `bottom` above 0. */
export function floor(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  return top % bottom < 0n ? quotient - 1n : quotient;
}

/** `floor((2n + d) / (2d))`: to the nearest, the half towards plus infinity. */
export function nearest(top: bigint, bottom: bigint): bigint {
  return floor(2n * top + bottom, 2n * bottom);
}

/** The smaller one. */
export function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

/** The larger one. */
export function most(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

/** Without its sign. */
export function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The sum. */
export function total(values: Iterable<bigint>): bigint {
  let sum = 0n;
  for (const value of values) sum += value;
  return sum;
}

const DECIMAL = /^(0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/;

/** A canonical decimal as a fraction of a power of ten; undefined when the text is none. */
export function fractionOf(text: string): Fraction | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const point = text.indexOf('.');
  if (point < 0) return { top: BigInt(text), bottom: 1n };
  const places = text.length - point - 1;
  return { top: BigInt(text.replace('.', '')), bottom: 10n ** BigInt(places) };
}

/** `top / bottom`, both at least 0, as a canonical decimal of at most 18 digits, floored. */
export function decimalText(top: bigint, bottom: bigint): string {
  const scaled = floor(top * 10n ** 18n, bottom);
  const whole = scaled / 10n ** 18n;
  const rest = (scaled % 10n ** 18n).toString().padStart(18, '0').replace(/0+$/, '');
  return rest === '' ? whole.toString() : `${whole}.${rest}`;
}
