import { Decimal as BigDecimal } from 'decimal.js';
import { err, ok, quoted, type Result } from '@trimtab/core';
import { parseDecimal, type Decimal } from './decimal.js';

/** One frozen configuration; the library's own default of 20 digits would round silently. */
const EdgeDecimal = BigDecimal.clone({
  precision: 60,
  rounding: BigDecimal.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
const HUMAN_DECIMAL = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})$/;

/**
 * Reads a decimal as a person or a data file writes it ("10000.00", "1,000" is refused) and returns
 * it in canonical form. For the edge only (command line, REST, files): requests over gRPC must be
 * canonical already.
 */
export function normaliseHumanDecimal(text: string): Result<string, string> {
  const trimmed = text.trim();
  if (!HUMAN_DECIMAL.test(trimmed))
    return err(`was ${quoted(text)}, must be a plain decimal number`);
  const canonical = new EdgeDecimal(trimmed).toFixed();
  return ok(canonical === '-0' ? '0' : canonical);
}

/** As {@link normaliseHumanDecimal}, as a value. */
export function parseHumanDecimal(text: string, maxScale = 18): Result<Decimal, string> {
  const canonical = normaliseHumanDecimal(text);
  return canonical.ok ? parseDecimal(canonical.value, maxScale) : canonical;
}
