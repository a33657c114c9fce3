import { compare, sorted } from '@trimtab/core';
import type { PlanInputs } from './plan.js';
import { byPosition } from './vault-state.js';

/**
 * Inputs in the order in which they are hashed, whatever the order in which they came: a plan reads
 * the same when it is built and when it is stored.
 */
export function sortedInputs(inputs: PlanInputs): PlanInputs {
  const { strategies, policy, manager, vault } = inputs;
  return {
    ...inputs,
    strategies: sorted(strategies, (left, right) =>
      compare(left.strategy.strategyId, right.strategy.strategyId),
    ),
    vault: { ...vault, weights: sorted(vault.weights, byPosition) },
    ...(policy === undefined
      ? {}
      : {
          policy: {
            ...policy,
            protocolCaps: sorted(policy.protocolCaps, (left, right) =>
              compare(left.protocol, right.protocol),
            ),
          },
        }),
    ...(manager === undefined
      ? {}
      : {
          manager: { ...manager, allowedStrategies: sorted(manager.allowedStrategies, compare) },
        }),
  };
}
