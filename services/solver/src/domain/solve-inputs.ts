import { allocateExactly } from './exact/allocate-exact.js';
import { optionHaircuts, type OptionsProblem } from './options/option-haircuts.js';
import type { PlanMode } from './plan.js';
import { solve, type Solution } from './solve.js';

/**
 * Solves the inputs of a plan in its mode, with the haircuts of its options. The hint says where the
 * search of the optimum begins and changes no result.
 */
export function solveInputs(
  inputs: OptionsProblem,
  mode: Exclude<PlanMode, 'EXPLICIT'>,
  exoticPriceHint?: number,
): Solution {
  const { strategies, policy, manager } = inputs;
  const haircutsOf = optionHaircuts(inputs);
  return solve({
    ...{ strategies, policy, manager },
    ...(haircutsOf === undefined ? {} : { haircutsOf }),
    ...(mode === 'EXACT'
      ? { allocateBy: (allocation) => allocateExactly(allocation, exoticPriceHint) }
      : {}),
  });
}
