import { invariant } from '@trimtab/core';
import { halfUpDiv, safeNumber } from '@trimtab/decimal';

const BPS = 10_000n;

/**
 * What a roll cost, in bps: `halfUp((before − after) · 10 000 / before)`, both values at snapshot
 * prices in base units; negative for a gain (intent rules, the option index).
 */
export function rollCostBps(valueBefore: bigint, valueAfter: bigint): number {
  invariant(valueBefore > 0n, `a roll of a value of ${valueBefore} has no cost in bps`);
  return safeNumber(halfUpDiv((valueBefore - valueAfter) * BPS, valueBefore));
}

/** Whether a roll with an expected cost is executed: up to the limit, the limit included. */
export function isAffordable(expectedCostBps: number, maxSlippagePerRollBps: number): boolean {
  return expectedCostBps <= maxSlippagePerRollBps;
}
