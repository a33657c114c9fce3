import { instant, present, type Instant } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';

/** Values of rows, as the driver gives them: numeric and bigint as text, times as Date. */

/** A time column. */
export function toInstant(value: Date): Instant {
  return instant(value.getTime());
}

/** A time for a column. */
export function toDate(value: Instant): Date {
  return new Date(value);
}

/** A bigint column that counts something. */
export function toCount(text: string): number {
  return safeNumber(BigInt(text));
}

/** A text column with a closed set of values. */
export function oneOf<T extends string>(values: readonly T[], text: string): T {
  return present(
    values.find((value) => value === text),
    `a stored "${text}" is one of ${values.join(', ')}`,
  );
}
