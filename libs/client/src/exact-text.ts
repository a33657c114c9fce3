import { normaliseHumanDecimal } from '@trimtab/decimal';

/** A decimal as callers write it: `0.55`, `'0.55'` or `'50000.00'`. */
export type DecimalInput = string | number;

/**
 * The canonical decimal of what a caller wrote. The shortest text of a number is what its author
 * typed, so `0.55` is exactly `0.55`. A text that is no decimal stays as it is: the validation names it.
 */
export function exactText(value: DecimalInput): string {
  const text = typeof value === 'number' ? numberText(value) : value;
  const canonical = normaliseHumanDecimal(text);
  return canonical.ok ? canonical.value : text;
}

/** JavaScript writes small and large numbers with an exponent, which a decimal never has. */
function numberText(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', head = '', tail = '', exponent = '0'] = match;
  const digits = head + tail;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`;
}
