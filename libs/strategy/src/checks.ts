import { compareDecimals, formatDecimal, parseDecimal, type Decimal } from '@trimtab/decimal';
import { violation, type Violation } from './violation.js';

/** Where checks report what they find; the order of the checks is the order of the fields. */
export type Report = (violation: Violation) => void;

/** A place and the report that hears of it. */
export interface Place {
  readonly field: string;
  readonly report: Report;
}

/** The same report at a field below a path. */
export function at(report: Report, field: string): Place {
  return { field, report };
}

/** The word, if it is one of a closed set. */
export function oneOf<T extends string>(
  place: Place,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  const limit = `one of ${allowed.join(', ')}`;
  if (value === undefined || value === '') {
    place.report(violation(place.field, 'REQUIRED', '', limit));
    return undefined;
  }
  const known = allowed.find((word) => word === value);
  if (known === undefined) place.report(violation(place.field, 'ONE_OF', quoted(value), limit));
  return known;
}

/** The number, if it is a whole one inside both bounds. */
export function integerWithin(
  place: Place,
  value: number | undefined,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const limit = `a whole number from ${bounds.min} to ${bounds.max}`;
  if (value === undefined) {
    place.report(violation(place.field, 'REQUIRED', '', limit));
    return undefined;
  }
  if (Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value;
  place.report(violation(place.field, 'RANGE', String(value), limit));
  return undefined;
}

/** The flag, if it was set either way. */
export function flag(place: Place, value: boolean | undefined): boolean | undefined {
  if (value === undefined) place.report(violation(place.field, 'REQUIRED', '', 'true or false'));
  return value;
}

/** Limits of a decimal, both inclusive unless said otherwise. */
export interface DecimalBounds {
  readonly min: Decimal;
  /** Whether `min` itself is refused. */
  readonly minExclusive: boolean;
  readonly max: Decimal | undefined;
  /** Most fraction digits. */
  readonly scale: number;
}

/** The decimal, if it is canonical and inside its bounds. */
export function decimalWithin(
  place: Place,
  text: string | undefined,
  bounds: DecimalBounds,
): Decimal | undefined {
  const limit = `a canonical decimal ${rangeText(bounds)} with at most ${bounds.scale} fraction digits`;
  if (text === undefined || text === '') {
    place.report(violation(place.field, 'REQUIRED', '', limit));
    return undefined;
  }
  const parsed = parseDecimal(text, bounds.scale);
  if (!parsed.ok) {
    place.report(violation(place.field, 'CANONICAL_DECIMAL', quoted(text), limit));
    return undefined;
  }
  if (inside(parsed.value, bounds)) return parsed.value;
  place.report(violation(place.field, 'RANGE', text, limit));
  return undefined;
}

/** The text, if it has the form; `form` says in words what the pattern asks for. */
export function matching(
  place: Place,
  text: string | undefined,
  pattern: RegExp,
  form: string,
): string | undefined {
  if (text === undefined || text === '') {
    place.report(violation(place.field, 'REQUIRED', '', form));
    return undefined;
  }
  if (pattern.test(text)) return text;
  place.report(violation(place.field, 'PATTERN', quoted(text), form));
  return undefined;
}

/** A text as it was found, cut so that a message stays readable. */
export function quoted(text: string): string {
  const most = 60;
  return text.length > most ? `"${text.slice(0, most)}…"` : `"${text}"`;
}

function inside(value: Decimal, bounds: DecimalBounds): boolean {
  const low = compareDecimals(value, bounds.min);
  if (low < 0 || (low === 0 && bounds.minExclusive)) return false;
  return bounds.max === undefined || compareDecimals(value, bounds.max) <= 0;
}

function rangeText({ min, minExclusive, max }: DecimalBounds): string {
  const low = minExclusive ? `above ${formatDecimal(min)}` : `from ${formatDecimal(min)}`;
  return max === undefined ? low : `${low} to ${formatDecimal(max)}`;
}
