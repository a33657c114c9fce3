/**
 * Why an order failed: the closed set of the execution rules. Recalibration treats all of them alike,
 * except the two hash mismatches, which abort the rebalance.
 */
export const FAILURE_REASONS = [
  'VENUE_REJECTED',
  'SLIPPAGE_EXCEEDED',
  'PRICE_STALE',
  'INSUFFICIENT_LIQUIDITY',
  'INSUFFICIENT_BALANCE',
  'ASSET_LOCKED',
  'PLAN_HASH_MISMATCH',
  'BUNDLE_HASH_MISMATCH',
  'ORDER_EXPIRED',
  'VENUE_UNAVAILABLE',
  'VENUE_TIMEOUT',
  'BELOW_LOT',
] as const;

/** One of {@link FAILURE_REASONS}. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

/**
 * Whether the executor tries again until the order expires before it reports the failure, so that
 * one outage does not fail every action in turn.
 */
export function isOutage(reason: FailureReason): boolean {
  return reason === 'PRICE_STALE' || reason === 'VENUE_UNAVAILABLE';
}
