import { invariant } from '@trimtab/core';
import { floorDiv } from './rounding.js';

/** A whole in basis points. */
export const BPS_WHOLE = 10_000;

/** `floor(amount × bps / 10 000)`. */
export function bpsOf(amount: bigint, bps: number): bigint {
  return floorDiv(amount * BigInt(bps), BigInt(BPS_WHOLE));
}

/** `floor(part × 10 000 / whole)` as a number of bps; the whole must be positive. */
export function weightBps(part: bigint, whole: bigint): number {
  return safeNumber(floorDiv(part * BigInt(BPS_WHOLE), whole));
}

/** An integer that is known to be small (bps, counts, indices) as a number. */
export function safeNumber(value: bigint): number {
  const result = Number(value);
  invariant(Number.isSafeInteger(result), `${value} is beyond the safe integers`);
  return result;
}
