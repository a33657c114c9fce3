import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, systemIds } from './clocks.js';

describe('createVirtualClock', () => {
  it('stands still until it is moved', () => {
    const clock = createVirtualClock(instant(1000));
    expect(clock.now()).toBe(1000);
    clock.advanceMillis(1);
    expect(clock.now()).toBe(1001);
    clock.set(instant(5000));
    expect(clock.now()).toBe(5000);
  });

  it('never moves backwards', () => {
    const clock = createVirtualClock(instant(1000));
    expect(() => clock.set(instant(999))).toThrow(RangeError);
    expect(() => clock.advanceMillis(-1)).toThrow(RangeError);
  });
});

describe('systemIds', () => {
  it.each([1, 8, 15])('makes %i hexadecimal digits', (digitCount) => {
    expect(systemIds.hex(digitCount)).toMatch(new RegExp(`^[0-9a-f]{${digitCount}}$`));
  });

  it('makes version 4 UUIDs', () => {
    expect(systemIds.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  });
});
