import { allocate, type Allocation, type AllocationProblem } from './allocate.js';
import { assess, type Assessed, type Assessment } from './candidates.js';
import { metricsOf, type Metrics } from './metrics.js';
import type { HaircutsOf } from './options/option-haircuts.js';
import type { ManagerSettings, PolicyLimits } from './policy.js';
import { reserveBps } from './reserve.js';
import type { Score } from './score.js';
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
  const reserve = reserveBps(problem.policy, scoresOf(assessed.assessments));
  const allocation = (problem.allocateBy ?? allocate)({
    candidates: assessed.candidates,
    policy: problem.policy,
    reserveBps: reserve,
  });
  const snapshots = new Map(
    problem.strategies.map(({ strategy, snapshot }) => [strategy.strategyId, snapshot]),
  );
  const lines = assessed.candidates.flatMap(({ strategy: { strategyId }, score }) => {
    const weightBps = allocation.weights.get(strategyId);
    if (weightBps === undefined) return [];
    const { expectedNetApyBps } = score;
    const riskScoreBps = snapshots.get(strategyId)?.riskScoreBps ?? 0;
    return [{ weightBps, expectedNetApyBps, riskScoreBps }];
  });
  return { assessed, reserveBps: reserve, allocation, metrics: metricsOf(lines) };
}

function scoresOf(assessments: readonly Assessment[]): readonly Score[] {
  return assessments.flatMap(({ score }) => (score === undefined ? [] : [score]));
}
