import { invariant } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { Candidate } from './candidates.js';
import type { ConstraintName } from './constraints/constraint.js';
import { roomOf, type Room } from './constraints/room.js';
import { createUsage } from './constraints/usage.js';
import { halfUpShare } from './half-up.js';
import type { PolicyLimits } from './policy.js';

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
  const usage = createUsage();
  const weights = new Map<string, number>();
  const rounds: Round[] = [];
  let remaining = BPS_WHOLE - problem.reserveBps;
  while (remaining > 0) {
    // Each round grants at least 1 bps, so there are never more rounds than bps.
    invariant(rounds.length < BPS_WHOLE, 'an allocation ends within 10 000 rounds');
    const startBps = remaining;
    const eligible = candidates.filter(
      ({ strategy }) => roomOf(strategy, policy, usage).roomBps > 0,
    );
    const totalScoreBps = eligible.reduce((sum, { score }) => sum + score.scoreBps, 0);
    const grants: Grant[] = [];
    for (const { strategy, score } of eligible) {
      const wantBps = Math.max(MIN_WANT_BPS, halfUpShare(startBps, score.scoreBps, totalScoreBps));
      const grant = grantOf(wantBps, roomOf(strategy, policy, usage), remaining);
      if (grant.grantBps === 0) continue;
      const { strategyId } = strategy;
      grants.push({ strategyId, ...grant });
      weights.set(strategyId, (weights.get(strategyId) ?? 0) + grant.grantBps);
      usage.add(strategy, grant.grantBps);
      remaining -= grant.grantBps;
    }
    if (grants.length === 0) break;
    rounds.push({ startBps, totalScoreBps, grants });
  }
  return { rounds, weights, idleBps: remaining };
}

function grantOf(wantBps: number, room: Room, remaining: number): Omit<Grant, 'strategyId'> {
  const grantBps = Math.min(wantBps, room.roomBps, remaining);
  if (grantBps === wantBps) return { wantBps, grantBps };
  const [cap] = room.binding;
  const capBinds = cap !== undefined && room.roomBps === grantBps;
  return { wantBps, grantBps, clippedBy: capBinds ? cap.constraint.name : 'REMAINING' };
}
