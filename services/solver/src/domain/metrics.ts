import { halfUpShare } from './half-up.js';

/** One weighted strategy and what the metrics average over it. */
export interface WeightedRates {
  readonly weightBps: number;
  readonly expectedNetApyBps: number;
  /** The raw risk score of the snapshot, not the haircut of the score. */
  readonly riskScoreBps: number;
}

/** What a plan as a whole promises and risks. */
export interface Metrics {
  readonly expectedBlendedApyBps: number;
  readonly riskBudgetUsageBps: number;
  /** Nothing was allocated, so both averages are 0 by definition and not by measurement. */
  readonly noAllocation: boolean;
}

/**
 * `halfUp(Σ w·x / Σ w)` of APY and risk; 0 and noAllocation when nothing is allocated (trap T11).
 * Exact in plain numbers: the weights sum to at most 10 000 and a rate is below 2^33 (four fields of at
 * most 2^31), so every partial sum is below 2^47.
 */
export function metricsOf(lines: readonly WeightedRates[]): Metrics {
  let total = 0;
  let apy = 0;
  let risk = 0;
  for (const { weightBps, expectedNetApyBps, riskScoreBps } of lines) {
    total += weightBps;
    apy += weightBps * expectedNetApyBps;
    risk += weightBps * riskScoreBps;
  }
  if (total === 0) return { expectedBlendedApyBps: 0, riskBudgetUsageBps: 0, noAllocation: true };
  return {
    expectedBlendedApyBps: halfUpShare(apy, 1, total),
    riskBudgetUsageBps: halfUpShare(risk, 1, total),
    noAllocation: false,
  };
}
