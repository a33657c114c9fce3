import { halfUpDiv, safeNumber } from '@trimtab/decimal';

/** Three times as much is a safe integer. */
const EXACT_LIMIT = 2 ** 51;

/**
 * `floor((2n + d) / (2d))` over the exact product `value · factor`: to the nearest, the half towards
 * plus infinity. Scores and weights round this way everywhere (solver rules; trap T9: no binary
 * floats, in which 0.35 × 90 is 31.499…).
 */
export function halfUpShare(value: number, factor: number, divisor: number): number {
  const product = value * factor;
  // Below 2^51 the doubled sum `a` is exact and below 2^53. The floor of the quotient is exact too: it
  // errs only if `a / b` rounds up to a whole k above it. Then k − a/b ≥ 1/b is at most half the
  // distance of doubles below k, at most k · 2^-53, so k · b ≥ 2^53: but k · b ≤ |a| + b < 2^53.
  if (Math.abs(product) < EXACT_LIMIT && divisor > 0 && divisor < EXACT_LIMIT / 4) {
    return Math.floor((2 * product + divisor) / (2 * divisor));
  }
  return safeNumber(halfUpDiv(BigInt(value) * BigInt(factor), BigInt(divisor)));
}
