import { must } from './difference.js';
import type { Policy } from './plan-inputs.js';
import { candidatesOf, room, type Allocation, type Candidate } from './rounds.js';
import type { Assessed } from './scores.js';

/**
 * Bounds weights that were found as an optimum (mode EXACT): only candidates have any, every cap and
 * the reserve hold, and the rounds earn no more. That no other weights earn more is not computed.
 */
export function checkStated(
  path: string,
  policy: Policy,
  assessed: readonly Assessed[],
  { stated, rounds }: { readonly stated: ReadonlyMap<string, number>; readonly rounds: Allocation },
): void {
  const candidates = candidatesOf(assessed);
  const byId = new Map(candidates.map((one) => [one.strategy.strategyId, one]));
  let sum = 0;
  for (const [strategyId, weight] of stated) {
    const candidate = byId.get(strategyId);
    if (candidate === undefined) {
      must(path, false, strategyId, 'weights of candidates only');
      continue;
    }
    const left = room(policy, candidates, stated, candidate.strategy);
    must(path, left >= 0, `${strategyId} with ${weight}`, 'weights that keep every cap');
    sum += weight;
  }
  must(path, sum <= 10_000 - rounds.reserve, sum, `at most ${10_000 - rounds.reserve} in sum`);
  const least = earned(candidates, rounds.weights);
  const found = earned(candidates, stated);
  must(path, found >= least, found, `weights that earn at least the ${least} of the rounds`);
}

function earned(candidates: readonly Candidate[], weights: ReadonlyMap<string, number>): bigint {
  let sum = 0n;
  for (const { strategy, score } of candidates) {
    sum += BigInt(weights.get(strategy.strategyId) ?? 0) * BigInt(score.score);
  }
  return sum;
}
