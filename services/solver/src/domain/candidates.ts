import { compare, sorted } from '@trimtab/core';
import type { HaircutsOf } from './options/option-haircuts.js';
import type { ManagerSettings } from './policy.js';
import { bestFirst, scoreOf, type Score } from './score.js';
import type { Strategy, StrategyInput } from './strategy.js';

/**
 * Who may receive weight at all (solver rules, candidates). The filters run in this order, and a
 * strategy that is left out names the first one it failed. Unhealthy withdrawals are no filter,
 * only a penalty in the score.
 */
export type CandidateFilter =
  | 'SNAPSHOT_MISSING'
  | 'NOT_ALLOWED'
  | 'NOT_ACTIVE'
  | 'ORACLE_UNHEALTHY'
  | 'PROTOCOL_UNHEALTHY'
  | 'SCORE_NOT_POSITIVE';

/** A strategy that may receive weight. */
export interface Candidate {
  readonly strategy: Strategy;
  readonly score: Score;
}

/** What became of one strategy before the allocation. */
export interface Assessment {
  readonly strategyId: string;
  /** Absent without a snapshot. */
  readonly score?: Score;
  /** The first filter that the strategy failed; absent for candidates. */
  readonly failedFilter?: CandidateFilter;
}

/** The outcome of scoring and filtering. */
export interface Assessed {
  /** Every strategy, by strategyId. */
  readonly assessments: readonly Assessment[];
  /** Score descending, then strategyId ascending. */
  readonly candidates: readonly Candidate[];
}

/** Scores every strategy, with the haircuts of options if any, and keeps those that pass all filters. */
export function assess(
  inputs: readonly StrategyInput[],
  manager: ManagerSettings,
  haircutsOf?: HaircutsOf,
): Assessed {
  const allowed = new Set(manager.allowedStrategies);
  const assessments: Assessment[] = [];
  const candidates: Candidate[] = [];
  const byId = (left: StrategyInput, right: StrategyInput): number =>
    compare(left.strategy.strategyId, right.strategy.strategyId);
  for (const input of sorted(inputs, byId)) {
    const { strategyId } = input.strategy;
    const score = scoreOf(input, haircutsOf?.(input));
    const failedFilter = failedFilterOf(input, score, allowed);
    assessments.push({
      strategyId,
      ...(score === undefined ? {} : { score }),
      ...(failedFilter === undefined ? {} : { failedFilter }),
    });
    if (score !== undefined && failedFilter === undefined) {
      candidates.push({ strategy: input.strategy, score });
    }
  }
  return { assessments, candidates: sorted(candidates, (a, b) => bestFirst(a.score, b.score)) };
}

function failedFilterOf(
  input: StrategyInput,
  score: Score | undefined,
  allowed: ReadonlySet<string>,
): CandidateFilter | undefined {
  const { strategy, snapshot } = input;
  if (snapshot === undefined || score === undefined) return 'SNAPSHOT_MISSING';
  if (!allowed.has(strategy.strategyId)) return 'NOT_ALLOWED';
  if (strategy.state !== 'ACTIVE') return 'NOT_ACTIVE';
  if (!snapshot.oracleHealthy) return 'ORACLE_UNHEALTHY';
  if (!snapshot.protocolHealthy) return 'PROTOCOL_UNHEALTHY';
  return score.scoreBps > 0 ? undefined : 'SCORE_NOT_POSITIVE';
}
