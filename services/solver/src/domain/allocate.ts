import { invariant } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { Candidate } from './candidates.js';
import type { ConstraintName } from './constraints/constraint.js';
import { roomOf, type Room } from './constraints/room.js';
import { createUsage, type Usage } from './constraints/usage.js';
import { halfUpShare } from './half-up.js';
import type { Policy } from './policy.js';

/**
 * The allocation in rounds (solver rules, allocation): what remains is shared in proportion to the
 * scores, clipped by the caps, again and again until nothing remains or nothing more fits.
 * Remaining and total are frozen at the start of a round, over the eligible candidates only
 * (trap T7); room is live.
 */
export interface Allocation {
  /** The grants of each round, in the order in which they were made; a zero grant is none. */
  readonly rounds: readonly (readonly Grant[])[];
  /** Sum of the grants by strategy; only strategies with a weight above 0. */
  readonly weights: ReadonlyMap<string, number>;
  /** Which cap gave whom less than the score asked for. */
  readonly clips: readonly Clip[];
  /** What neither the reserve nor a strategy holds. */
  readonly idleBps: number;
}

/** Weight given to a strategy in one round. */
export interface Grant {
  readonly strategyId: string;
  readonly weightBps: number;
}

/** A strategy that wanted more than a cap had left. */
export interface Clip {
  /** From 0. */
  readonly round: number;
  readonly strategyId: string;
  readonly constraint: ConstraintName;
  readonly limitBps: number;
  /** Taken of the cap before this grant. */
  readonly usedBps: number;
  readonly wantedBps: number;
  readonly grantedBps: number;
  readonly explanation: string;
}

/** The least that an eligible candidate asks for. */
const MIN_WANT_BPS = 100;

/** What an allocation is made of. */
export interface AllocationProblem {
  /** Score descending, then strategyId ascending; every score above 0. */
  readonly candidates: readonly Candidate[];
  readonly policy: Policy;
  readonly reserveBps: number;
}

/** Allocates what the reserve leaves. */
export function allocate(problem: AllocationProblem): Allocation {
  const { candidates, policy } = problem;
  const usage = createUsage();
  const weights = new Map<string, number>();
  const rounds: Grant[][] = [];
  const clips: Clip[] = shutOut(candidates, policy, usage);
  let remaining = BPS_WHOLE - problem.reserveBps;
  while (remaining > 0) {
    // Each round grants at least 1 bps, so there are never more rounds than bps.
    invariant(rounds.length < BPS_WHOLE, 'an allocation ends within 10 000 rounds');
    const start = remaining;
    const eligible = candidates.filter(
      ({ strategy }) => roomOf(strategy, policy, usage).roomBps > 0,
    );
    const total = eligible.reduce((sum, { score }) => sum + score.scoreBps, 0);
    const grants: Grant[] = [];
    for (const { strategy, score } of eligible) {
      const wantedBps = Math.max(MIN_WANT_BPS, halfUpShare(start, score.scoreBps, total));
      const room = roomOf(strategy, policy, usage);
      const weightBps = Math.min(wantedBps, room.roomBps, remaining);
      if (room.roomBps < Math.min(wantedBps, remaining)) {
        const clipped = { round: rounds.length, wantedBps, grantedBps: weightBps };
        clips.push(...clipsOf({ strategy, score }, room, clipped));
      }
      if (weightBps === 0) continue;
      const { strategyId } = strategy;
      grants.push({ strategyId, weightBps });
      weights.set(strategyId, (weights.get(strategyId) ?? 0) + weightBps);
      usage.add(strategy, weightBps);
      remaining -= weightBps;
    }
    if (grants.length === 0) break;
    rounds.push(grants);
  }
  return { rounds, weights, clips, idleBps: remaining };
}

/** Candidates that a cap leaves no room at all take part in no round; their caps are named too. */
function shutOut(candidates: readonly Candidate[], policy: Policy, usage: Usage): Clip[] {
  return candidates.flatMap((candidate) => {
    const room = roomOf(candidate.strategy, policy, usage);
    if (room.roomBps > 0) return [];
    return clipsOf(candidate, room, { round: 0, wantedBps: MIN_WANT_BPS, grantedBps: 0 });
  });
}

function clipsOf(
  { strategy }: Candidate,
  room: Room,
  clipped: Pick<Clip, 'round' | 'wantedBps' | 'grantedBps'>,
): readonly Clip[] {
  return room.binding.map(({ constraint, state }) => ({
    strategyId: strategy.strategyId,
    constraint: constraint.name,
    limitBps: state.limitBps,
    usedBps: state.usedBps,
    ...clipped,
    explanation: constraint.explain(strategy, state),
  }));
}
