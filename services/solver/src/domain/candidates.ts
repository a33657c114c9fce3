import { compare, sorted } from '@trimtab/core';
import type { HaircutsOf } from './options/option-haircuts.js';
import type { ManagerSettings } from './policy.js';
import { ranked } from './ranked.js';
import { scoreOf, type Score } from './score.js';
import type { Strategy, StrategyInput, StrategySnapshot } from './strategy.js';

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
  readonly snapshot: StrategySnapshot;
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
  const isAllowed = membershipOf(manager.allowedStrategies);
  const assessments: Assessment[] = [];
  const passed: Candidate[] = [];
  for (const input of byStrategyId(inputs)) {
    const { strategy, snapshot } = input;
    const { strategyId } = strategy;
    const score = scoreOf(input, haircutsOf?.(input));
    const failedFilter = failedFilterOf(input, score, isAllowed);
    if (snapshot === undefined || score === undefined) {
      assessments.push({ strategyId, failedFilter: 'SNAPSHOT_MISSING' });
    } else if (failedFilter === undefined) {
      assessments.push({ strategyId, score });
      passed.push({ strategy, snapshot, score });
    } else {
      assessments.push({ strategyId, score, failedFilter });
    }
  }
  return { assessments, candidates: ranked(passed) };
}

/** Inputs by strategyId: the same list when they come so, as they do from the registry. */
function byStrategyId(inputs: readonly StrategyInput[]): readonly StrategyInput[] {
  let previous: string | undefined;
  for (const { strategy } of inputs) {
    if (previous !== undefined && previous > strategy.strategyId) {
      return sorted(inputs, (left, right) =>
        compare(left.strategy.strategyId, right.strategy.strategyId),
      );
    }
    previous = strategy.strategyId;
  }
  return inputs;
}

/**
 * Whether an id is in a list, for ids that are asked for once each. While they come in the order of the
 * list, the next one is at hand; the set is made for the first that is not.
 */
function membershipOf(list: readonly string[]): (id: string) => boolean {
  let next = 0;
  let members: ReadonlySet<string> | undefined;
  return (id) => {
    if (members === undefined) {
      if (list[next] === id) {
        next += 1;
        return true;
      }
      members = new Set(list);
    }
    return members.has(id);
  };
}

function failedFilterOf(
  input: StrategyInput,
  score: Score | undefined,
  isAllowed: (strategyId: string) => boolean,
): CandidateFilter | undefined {
  const { strategy, snapshot } = input;
  if (snapshot === undefined || score === undefined) return 'SNAPSHOT_MISSING';
  if (!isAllowed(strategy.strategyId)) return 'NOT_ALLOWED';
  if (strategy.state !== 'ACTIVE') return 'NOT_ACTIVE';
  if (!snapshot.oracleHealthy) return 'ORACLE_UNHEALTHY';
  if (!snapshot.protocolHealthy) return 'PROTOCOL_UNHEALTHY';
  return score.scoreBps > 0 ? undefined : 'SCORE_NOT_POSITIVE';
}
