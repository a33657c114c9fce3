import { instant, invariant, type Instant } from '@trimtab/core';
import { parseDecimal, type Decimal } from '@trimtab/decimal';
import { parseSeriesId, type Series } from '@trimtab/option-index';

/** A decimal of a service of ours, which answers canonical ones. */
export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  invariant(parsed.ok, `a service answers canonical decimals, found "${text}"`);
  return parsed.value;
}

/** The same where an empty text means that there is none. */
export function maybeDecimal(text: string): Decimal | undefined {
  return text === '' ? undefined : decimal(text);
}

/** A time, if there is one. */
export function maybeTime(date: Date | undefined): Instant | undefined {
  return date === undefined ? undefined : instant(date.getTime());
}

/** A text, if it is not empty. */
export function maybeText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** An option series by its id, if there is one. */
export function maybeSeries(id: string): Series | undefined {
  return id === '' ? undefined : series(id);
}

/** An option series by its id. */
export function series(id: string): Series {
  const parsed = parseSeriesId(id);
  invariant(parsed.ok, parsed.ok ? '' : `a service answers known series: ${parsed.error}`);
  return parsed.value;
}
