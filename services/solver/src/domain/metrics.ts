import { halfUpDiv, safeNumber } from '@trimtab/decimal';

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

/** `halfUp(Σ w·x / Σ w)` of APY and risk; 0 and noAllocation when nothing is allocated (trap T11). */
export function metricsOf(lines: readonly WeightedRates[]): Metrics {
  const total = lines.reduce((sum, { weightBps }) => sum + weightBps, 0);
  if (total === 0) return { expectedBlendedApyBps: 0, riskBudgetUsageBps: 0, noAllocation: true };
  const average = (rateOf: (line: WeightedRates) => number): number => {
    const weighted = lines.map((line) => BigInt(line.weightBps) * BigInt(rateOf(line)));
    return safeNumber(
      halfUpDiv(
        weighted.reduce((sum, part) => sum + part, 0n),
        BigInt(total),
      ),
    );
  };
  return {
    expectedBlendedApyBps: average((line) => line.expectedNetApyBps),
    riskBudgetUsageBps: average((line) => line.riskScoreBps),
    noAllocation: false,
  };
}
