import { invariant, present } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { Candidate } from './candidates.js';
import type { ConstraintName } from './constraints/constraint.js';
import { roomOf, type Room } from './constraints/room.js';
import { createUsage } from './constraints/usage.js';
import { exactProblemOf } from './exact/exact-problem.js';
import { halfUpShare } from './half-up.js';
import type { PolicyLimits } from './policy.js';
import { createRooms } from './rooms.js';

/**
 * The allocation in rounds (solver rules, allocation): what remains is shared in proportion to the
 * scores, clipped by the caps, again and again until nothing remains or nothing more fits.
 * Remaining and total are frozen at the start of a round, over the eligible candidates only
 * (trap T7); room is live.
 */
export interface Allocation {
  readonly rounds: readonly Round[];
  /** Sum of the grants by strategy; only strategies with a weight above 0. */
  readonly weights: ReadonlyMap<string, number>;
  /** What neither the reserve nor a strategy holds. */
  readonly idleBps: number;
}

/** One pass over the candidates. */
export interface Round {
  /** What remained when the round started. */
  readonly startBps: number;
  /** The sum of the scores of the candidates that had room then. */
  readonly totalScoreBps: number;
  /** In the order in which they were made; a zero grant is none. */
  readonly grants: readonly Grant[];
}

/** Weight given to a strategy in one round. */
export interface Grant {
  readonly strategyId: string;
  /** What the score asked for. */
  readonly wantBps: number;
  readonly grantBps: number;
  /** What made the grant smaller than the want: the first cap that binds, or what remained. */
  readonly clippedBy?: ConstraintName | 'REMAINING';
}

/** The least that an eligible candidate asks for. */
const MIN_WANT_BPS = 100;

/** What an allocation is made of. */
export interface AllocationProblem {
  /** Score descending, then strategyId ascending; every score above 0. */
  readonly candidates: readonly Candidate[];
  readonly policy: PolicyLimits;
  readonly reserveBps: number;
}

/** Allocates what the reserve leaves. */
export function allocate(problem: AllocationProblem): Allocation {
  const { candidates, policy } = problem;
  const rooms = createRooms(exactProblemOf(problem));
  const usage = createUsage();
  const weights = new Map<string, number>();
  const rounds: Round[] = [];
  let remaining = BPS_WHOLE - problem.reserveBps;
  while (remaining > 0) {
    // Each round grants at least 1 bps, so there are never more rounds than bps.
    invariant(rounds.length < BPS_WHOLE, 'an allocation ends within 10 000 rounds');
    const startBps = remaining;
    const eligible = candidates.flatMap((_, index) => (rooms.roomBps(index) > 0 ? [index] : []));
    const scoreOf = (index: number): number => candidates[index]?.score.scoreBps ?? 0;
    const totalScoreBps = eligible.reduce((sum, index) => sum + scoreOf(index), 0);
    const grants: Grant[] = [];
    for (const index of eligible) {
      // A round ends with what remained: all that follow would get nothing.
      if (remaining === 0) break;
      const wantBps = Math.max(MIN_WANT_BPS, halfUpShare(startBps, scoreOf(index), totalScoreBps));
      const grantBps = Math.min(wantBps, rooms.roomBps(index), remaining);
      if (grantBps === 0) continue;
      const { strategy } = present(candidates[index], 'an eligible candidate is a candidate');
      const { strategyId } = strategy;
      const clippedBy =
        grantBps === wantBps ? undefined : clipOf(grantBps, roomOf(strategy, policy, usage));
      grants.push({
        ...{ strategyId, wantBps, grantBps },
        ...(clippedBy === undefined ? {} : { clippedBy }),
      });
      weights.set(strategyId, (weights.get(strategyId) ?? 0) + grantBps);
      usage.add(strategy, grantBps);
      rooms.take(index, grantBps);
      remaining -= grantBps;
    }
    if (grants.length === 0) break;
    rounds.push({ startBps, totalScoreBps, grants });
  }
  return { rounds, weights, idleBps: remaining };
}

/** The first cap that leaves no more than was granted, or what remained. */
function clipOf(grantBps: number, { roomBps, binding }: Room): NonNullable<Grant['clippedBy']> {
  const [cap] = binding;
  return cap !== undefined && roomBps === grantBps ? cap.constraint.name : 'REMAINING';
}
