import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '@trimtab/core';
import { abs, ceilDiv, floorDiv, halfUpDiv, max, min } from './rounding.js';

describe('named rounding', () => {
  it.each([
    [7n, 2n, 3n, 4n, 4n],
    [-7n, 2n, -4n, -3n, -3n],
    [6n, 2n, 3n, 3n, 3n],
    [1n, 3n, 0n, 1n, 0n],
    [-1n, 3n, -1n, 0n, 0n],
    [-5n, 10n, -1n, 0n, 0n],
  ])('%s / %s is %s floored, %s ceiled and %s half up', (n, d, floor, ceil, half) => {
    expect([floorDiv(n, d), ceilDiv(n, d), halfUpDiv(n, d)]).toEqual([floor, ceil, half]);
  });

  it('refuses a divisor that is not positive', () => {
    expect(() => floorDiv(1n, 0n)).toThrow(InvariantViolation);
    expect(() => floorDiv(1n, -1n)).toThrow(InvariantViolation);
  });

  it('picks extremes and distances', () => {
    expect([min(1n, 2n), max(1n, 2n), abs(-3n)]).toEqual([1n, 2n, 3n]);
  });
});
