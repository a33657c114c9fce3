import { ceilDiv, safeNumber } from '@trimtab/decimal';

/**
 * Cuts an amount into `ceil(amount / max)` pieces of at most `max`, the remainder last. An amount
 * up to the maximum is one piece, and so is 0.
 */
export function chunkAmounts(amount: bigint, max: bigint): readonly bigint[] {
  const count = chunkCountOf(amount, max);
  return Array.from({ length: safeNumber(count) }, (_, index) => {
    const rest = amount - BigInt(index) * max;
    return rest < max ? rest : max;
  });
}

/** How many pieces an amount is cut into; 1 for amounts up to the maximum. */
export function chunkCountOf(amount: bigint, max: bigint): bigint {
  return amount <= max ? 1n : ceilDiv(amount, max);
}
