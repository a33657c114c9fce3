import { invariant } from '@trimtab/core';
import { parseDecimal, type Decimal } from '@trimtab/decimal';

/** A decimal of validated terms. */
export function decimalIn(text: string): Decimal {
  const parsed = parseDecimal(text);
  invariant(parsed.ok, `the terms are validated, found ${text}`);
  return parsed.value;
}
