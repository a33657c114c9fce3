import { invariant, present } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { Candidate } from './candidates.js';
import type { ConstraintName } from './constraints/constraint.js';
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

/**
 * Allocates what the reserve leaves. The candidates are sorted already, and a round is one pass over
 * those that were eligible in the round before: room never comes back. Whole numbers below 2^51 all the
 * way (10 000 bps · scores of at most 1 000 000), so nothing is rounded but where the rules round.
 */
export function allocate(problem: AllocationProblem): Allocation {
  const { candidates } = problem;
  const rooms = createRooms(candidates, problem.policy);
  const weights = new Map<string, number>();
  const rounds: Round[] = [];
  let remaining = BPS_WHOLE - problem.reserveBps;
  /** The first `eligibleCount` are the candidates that had room when the round began, in order. */
  const eligible = new Int32Array(candidates.length);
  for (let index = 0; index < eligible.length; index += 1) eligible[index] = index;
  let eligibleCount = candidates.length;
  while (remaining > 0) {
    // Each round grants at least 1 bps, so there are never more rounds than bps.
    invariant(rounds.length < BPS_WHOLE, 'an allocation ends within 10 000 rounds');
    const startBps = remaining;
    let totalScoreBps = 0;
    let kept = 0;
    for (let place = 0; place < eligibleCount; place += 1) {
      const index = eligible[place] ?? 0;
      if (rooms.roomBps(index) === 0) continue;
      eligible[kept] = index;
      kept += 1;
      totalScoreBps += candidates[index]?.score.scoreBps ?? 0;
    }
    eligibleCount = kept;
    const grants: Grant[] = [];
    // A round ends with what remained: all that follow would get nothing.
    for (let place = 0; place < eligibleCount && remaining > 0; place += 1) {
      const index = eligible[place] ?? 0;
      const { score } = present(candidates[index], 'an eligible candidate is a candidate');
      const { strategyId, scoreBps } = score;
      const wantBps = Math.max(MIN_WANT_BPS, halfUpShare(startBps, scoreBps, totalScoreBps));
      const roomBps = rooms.roomBps(index);
      const grantBps = Math.min(wantBps, roomBps, remaining);
      if (grantBps === 0) continue;
      if (grantBps === wantBps) {
        grants.push({ strategyId, wantBps, grantBps });
      } else {
        const clippedBy = roomBps === grantBps ? rooms.bindingCap(index) : 'REMAINING';
        grants.push({ strategyId, wantBps, grantBps, clippedBy });
      }
      const before = rounds.length === 0 ? 0 : (weights.get(strategyId) ?? 0);
      weights.set(strategyId, before + grantBps);
      rooms.take(index, grantBps);
      remaining -= grantBps;
    }
    if (grants.length === 0) break;
    rounds.push({ startBps, totalScoreBps, grants });
  }
  return { rounds, weights, idleBps: remaining };
}
