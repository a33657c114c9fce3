import { halfUpDiv, safeNumber } from '@trimtab/decimal';

/**
 * `floor((2n + d) / (2d))` over the exact product `value · factor`: to the nearest, the half towards
 * plus infinity. Scores and weights round this way everywhere (solver rules; trap T9: no binary
 * floats, in which 0.35 × 90 is 31.499…).
 */
export function halfUpShare(value: number, factor: number, divisor: number): number {
  return safeNumber(halfUpDiv(BigInt(value) * BigInt(factor), BigInt(divisor)));
}
