import { halfUpDiv, safeNumber } from '@trimtab/decimal';

/** Four times as much is a safe integer. */
const EXACT_LIMIT = 2 ** 51;

/**
 * `floor((2n + d) / (2d))` over the exact product `value · factor`: to the nearest, the half towards
 * plus infinity. Scores and weights round this way everywhere (solver rules; trap T9: no binary
 * floats, in which 0.35 × 90 is 31.499…).
 */
export function halfUpShare(value: number, factor: number, divisor: number): number {
  const product = value * factor;
  // Below 2^51 all of this is exact in doubles: the remainder is, and what it leaves divides evenly.
  if (Math.abs(product) < EXACT_LIMIT && divisor > 0 && divisor < EXACT_LIMIT) {
    const doubled = 2 * product + divisor;
    const rest = doubled % (2 * divisor);
    return (doubled - (rest < 0 ? rest + 2 * divisor : rest)) / (2 * divisor);
  }
  return safeNumber(halfUpDiv(BigInt(value) * BigInt(factor), BigInt(divisor)));
}
