import { invariant } from '@trimtab/core';

/**
 * The largest integer whose square is at most `value`, 0 or more. Newton's iteration from above on
 * integers, which falls strictly until it is there (Cohen, A Course in Computational Algebraic Number
 * Theory, algorithm 1.7.1). Of a fraction, `floorSqrt(floor(x)) = floor(√x)`: no bps is lost twice.
 */
export function floorSqrt(value: bigint): bigint {
  invariant(value >= 0n, `a square root is of 0 or more, found ${value}`);
  if (value < 2n) return value;
  const bits = BigInt(value.toString(2).length);
  let root = 1n << ((bits + 1n) / 2n);
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}
