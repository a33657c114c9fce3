import { allocate, type Allocation, type AllocationProblem } from './allocate.js';
import { assess, type Assessed, type Candidate } from './candidates.js';
import { metricsOf, type Metrics, type WeightedRates } from './metrics.js';
import type { HaircutsOf } from './options/option-haircuts.js';
import type { ManagerSettings, PolicyLimits } from './policy.js';
import { reserveBps } from './reserve.js';
import type { StrategyInput } from './strategy.js';

/** What the solver decides from, apart from the vault. */
export interface SolveProblem {
  readonly strategies: readonly StrategyInput[];
  readonly policy: PolicyLimits;
  readonly manager: ManagerSettings;
  /** What options take off the scores; absent when none is on. */
  readonly haircutsOf?: HaircutsOf;
  /** How weights are found; in rounds if absent. */
  readonly allocateBy?: (problem: AllocationProblem) => Allocation;
}

/** What the solver decided: who was scored and filtered how, who got what, and what that promises. */
export interface Solution {
  readonly assessed: Assessed;
  readonly reserveBps: number;
  readonly allocation: Allocation;
  readonly metrics: Metrics;
}

/** Scores, reserves, filters and allocates. Depends on nothing but its arguments, nor on their order. */
export function solve(problem: SolveProblem): Solution {
  const assessed = assess(problem.strategies, problem.manager, problem.haircutsOf);
  const reserve = reserveBps(problem.policy, assessed.assessments);
  const allocation = (problem.allocateBy ?? allocate)({
    candidates: assessed.candidates,
    policy: problem.policy,
    reserveBps: reserve,
  });
  const metrics = metricsOf(ratesOf(assessed.candidates, allocation.weights));
  return { assessed, reserveBps: reserve, allocation, metrics };
}

/** The rates of those that have weight: the search ends with the last of them. */
function ratesOf(
  candidates: readonly Candidate[],
  weights: ReadonlyMap<string, number>,
): readonly WeightedRates[] {
  const lines: WeightedRates[] = [];
  for (const { score, snapshot } of candidates) {
    if (lines.length === weights.size) break;
    const weightBps = weights.get(score.strategyId);
    if (weightBps === undefined) continue;
    const { expectedNetApyBps } = score;
    lines.push({ weightBps, expectedNetApyBps, riskScoreBps: snapshot.riskScoreBps });
  }
  return lines;
}
