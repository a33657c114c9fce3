import { present } from '@trimtab/core';
import type { CandidateFilter } from '../candidates.js';
import type { ConstraintName } from '../constraints/constraint.js';
import { limitsOf } from '../constraints/limits.js';
import { roomOf, type Room } from '../constraints/room.js';
import { createUsage, type Usage } from '../constraints/usage.js';
import type { Plan } from '../plan.js';
import { OPEN_LIMITS } from '../policy.js';
import type { Score } from '../score.js';
import type { Strategy } from '../strategy.js';

/** Why a strategy has no weight. */
export interface Exclusion {
  readonly strategyId: string;
  readonly failedFilter?: CandidateFilter;
  /** The cap that left a candidate no room. */
  readonly clippedBy?: ConstraintName;
  readonly text: string;
}

/** Every strategy without weight, by strategyId, with the filter it failed or the cap that was full. */
export function explainExclusions(plan: Plan): readonly Exclusion[] {
  const granted = new Set(plan.targets.map((target) => target.strategyId));
  const roomLeft = roomsOf(plan);
  return plan.scores.flatMap(({ strategyId, failedFilter, score }): readonly Exclusion[] => {
    if (granted.has(strategyId)) return [];
    if (failedFilter !== undefined) {
      return [{ strategyId, failedFilter, text: filterText(failedFilter, score) }];
    }
    return [{ strategyId, ...roomText(strategyId, roomLeft(strategyId)) }];
  });
}

/** What each cap has after the plan's weights. */
export function usageOf(plan: Plan): Usage {
  const weights = new Map(plan.targets.map((target) => [target.strategyId, target.weightBps]));
  const usage = createUsage();
  for (const { strategy } of plan.inputs.strategies) {
    usage.add(strategy, weights.get(strategy.strategyId) ?? 0);
  }
  return usage;
}

/** What room a strategy has after the plan's weights. */
function roomsOf(plan: Plan): (strategyId: string) => {
  readonly strategy: Strategy;
  readonly room: Room;
} {
  const { strategies, policy } = plan.inputs;
  const byId = new Map(strategies.map(({ strategy }) => [strategy.strategyId, strategy]));
  const limits = limitsOf(policy ?? OPEN_LIMITS);
  const usage = usageOf(plan);
  return (strategyId) => {
    const strategy = present(byId.get(strategyId), `strategy ${strategyId} is an input`);
    return { strategy, room: roomOf(strategy, limits, usage) };
  };
}

function roomText(
  strategyId: string,
  { strategy, room }: { readonly strategy: Strategy; readonly room: Room },
): Omit<Exclusion, 'strategyId'> {
  const [cap] = room.binding;
  if (room.roomBps > 0 || cap === undefined) {
    return { text: `nothing remained for ${strategyId} when its turn came` };
  }
  return {
    clippedBy: cap.constraint.name,
    text: cap.constraint.explain(strategy, cap.state),
  };
}

function filterText(filter: CandidateFilter, score: Score | undefined): string {
  const failed = `failed the filter ${filter}`;
  return filter === 'SCORE_NOT_POSITIVE' && score !== undefined
    ? `${failed}: it scores ${score.scoreBps}, and a candidate at least 1`
    : failed;
}
