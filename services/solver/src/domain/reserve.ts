import { MAX_RESERVE_BPS, type PolicyLimits } from './policy.js';
import type { Score } from './score.js';

/** From this operational haircut on, a strategy counts as unhealthy. */
const UNHEALTHY_OPERATIONAL_BPS = 500;
/** Each unhealthy strategy raises the reserve by this much. */
const RESERVE_PER_UNHEALTHY_BPS = 100;

/**
 * The cash that is kept out of the allocation: the policy's minimum, and more for each unhealthy
 * strategy of all that are scored, candidates or not, up to 3000 (solver rules, reserve).
 */
export function reserveBps(
  policy: PolicyLimits,
  assessed: readonly { readonly score?: Score }[],
): number {
  let unhealthyCount = 0;
  for (const { score } of assessed) {
    if (score !== undefined && score.operationalBps >= UNHEALTHY_OPERATIONAL_BPS) {
      unhealthyCount += 1;
    }
  }
  const raised = policy.minLiquidReserveBps + RESERVE_PER_UNHEALTHY_BPS * unhealthyCount;
  return Math.min(MAX_RESERVE_BPS, Math.max(policy.minLiquidReserveBps, raised));
}
