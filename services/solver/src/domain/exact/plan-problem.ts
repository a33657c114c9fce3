import { sorted } from '@trimtab/core';
import type { AllocationProblem } from '../allocate.js';
import type { Candidate } from '../candidates.js';
import type { Plan } from '../plan.js';
import { OPEN_LIMITS } from '../policy.js';
import { bestFirst } from '../score.js';

/** The allocation that a plan answers, from the plan's own documents: its scores, policy and reserve. */
export function allocationOf(plan: Pick<Plan, 'scores' | 'inputs' | 'summary'>): AllocationProblem {
  const { inputs, scores, summary } = plan;
  const strategies = new Map(inputs.strategies.map((input) => [input.strategy.strategyId, input]));
  const candidates = scores.flatMap(({ strategyId, score, failedFilter }): readonly Candidate[] => {
    const { strategy, snapshot } = strategies.get(strategyId) ?? {};
    if (score === undefined || failedFilter !== undefined) return [];
    return strategy === undefined || snapshot === undefined ? [] : [{ strategy, snapshot, score }];
  });
  return {
    candidates: sorted(candidates, (left, right) => bestFirst(left.score, right.score)),
    policy: inputs.policy ?? OPEN_LIMITS,
    reserveBps: summary.reserveBps,
  };
}
