import { instant, type Instant } from '@trimtab/core';

/** A stored time as an instant. */
export function fromStoredTime(time: Date): Instant {
  return instant(time.getTime());
}

/** An instant as a stored time. */
export function toStoredTime(time: Instant): Date {
  return new Date(time);
}
