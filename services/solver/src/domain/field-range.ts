import { quoted, type FieldViolation } from '@trimtab/core';

/** A number of a request with the bounds that it must keep, both included. */
export interface RangedField {
  /** The path in the request. */
  readonly field: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** The violation of a number outside its bounds, or none. */
export function outOfRange(
  { field, value, min, max }: RangedField,
  reason: string,
): readonly FieldViolation[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [{ field, reason, message: `was ${value}, must be ${min} to ${max}` }];
}

/** One violation for each text that occurred before in the list. */
export function duplicates(
  texts: readonly string[],
  fieldOf: (index: number) => string,
): readonly FieldViolation[] {
  const first = new Map<string, number>();
  return texts.flatMap((text, index) => {
    const earlier = first.get(text);
    if (earlier === undefined) {
      first.set(text, index);
      return [];
    }
    const message = `was ${quoted(text)} again, already stated at place ${earlier}`;
    return [{ field: fieldOf(index), reason: 'DUPLICATE_ID', message }];
  });
}
