import { randomBytes, randomUUID } from 'node:crypto';
import { addMillis, instant, type Clock, type IdSource, type Instant } from '@trimtab/core';

/** The clock of the machine. */
export const systemClock: Clock = { now: () => instant(Date.now()) };

/** Random identifiers from the system's secure source. */
export const systemIds: IdSource = {
  uuid: () => randomUUID(),
  hex: (digitCount) =>
    randomBytes(Math.ceil(digitCount / 2))
      .toString('hex')
      .slice(0, digitCount),
};

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** @throws RangeError when the time is before the present one */
  set(time: Instant): void;
  /** @throws RangeError when `milliseconds` is negative or no whole number */
  advanceMillis(milliseconds: number): void;
}

/** Creates a clock that shows `start` and moves only forwards, when told. */
export function createVirtualClock(start: Instant): VirtualClock {
  let present = start;
  const set = (time: Instant): void => {
    if (time < present) throw new RangeError('a virtual clock only moves forwards');
    present = time;
  };
  return {
    now: () => present,
    set,
    advanceMillis: (milliseconds) => set(addMillis(present, milliseconds)),
  };
}
