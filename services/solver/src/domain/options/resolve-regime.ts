import type { ManagerSettings, Policy } from '../policy.js';
import type { StrategyInput } from '../strategy.js';
import { measureRegime, type RegimeDecision } from './regime.js';

/** The policy that holds, and how it came to. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  /** Absent when the policy has no regime rule. */
  readonly regime?: RegimeDecision;
}

/**
 * Applies the regime rule of a policy: the same policy while the market is calm, its stress policy
 * while it is stressed. A rule of the stress policy is not asked again, so there is no circle. The
 * stress policy is given whenever the policy names one.
 */
export function resolveRegime(
  policy: Policy,
  stressPolicy: Policy | undefined,
  problem: { readonly strategies: readonly StrategyInput[]; readonly manager: ManagerSettings },
): ResolvedPolicy {
  const option = policy.options?.regime;
  if (option === undefined || stressPolicy === undefined) return { policy };
  const allowed = new Set(problem.manager.allowedStrategies);
  const regime: RegimeDecision = {
    ...option,
    ...measureRegime(option, problem.strategies, allowed),
    basePolicyId: policy.policyId,
    basePolicyVersion: policy.version,
  };
  return { policy: regime.regime === 'CALM' ? policy : stressPolicy, regime };
}
