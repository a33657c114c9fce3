import { normaliseHumanDecimal } from '@trimtab/decimal';

/** Wider than any amount, narrow enough that nobody can make us write a thousand zeros. */
const MAX_EXPONENT = 40;

/**
 * The canonical decimal of a number as JSON writes it: `0.50` is `0.5`, `1e2` is `100`. Only its
 * digits are moved, nothing is computed.
 *
 * @returns undefined for a number of more than 40 digits on a side of its point
 */
export function exactDecimal(literal: string): string | undefined {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(literal);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const exponent = Number.parseInt(power, 10);
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const point = whole.length + exponent;
  const digits = (point < 0 ? '0'.repeat(-point) : '') + whole + fraction;
  const place = Math.max(point, 0);
  const before = digits.slice(0, place).padEnd(place, '0') || '0';
  const plain = `${sign}${before}.${digits.slice(place) || '0'}`;
  const canonical = normaliseHumanDecimal(plain);
  return canonical.ok ? canonical.value : undefined;
}

/** The canonical decimal of a text, or the text itself, for the service to say what is wrong with it. */
export function canonicalOrSame(text: string): string {
  const canonical = normaliseHumanDecimal(text);
  return canonical.ok ? canonical.value : text;
}
