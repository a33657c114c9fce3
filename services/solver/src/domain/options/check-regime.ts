import type { FieldViolation } from '@trimtab/core';
import type { Check } from '../check-plan.js';
import type { PlanInputs } from '../plan.js';
import { measureRegime, type RegimeDecision } from './regime.js';
import type { RegimeOption } from './score-options.js';

/**
 * The second look at a regime decision: measured again, and the plan's policy is the one that the
 * regime asks for. Without a decision there is nothing to check, but a rule of the policy needs one.
 */
export function regimeChecks(inputs: PlanInputs): readonly Check[] {
  const { policy, regime, strategies, manager } = inputs;
  const asked = policy?.options?.regime;
  if (regime === undefined) {
    const needed = asked === undefined ? 'absent' : `measured by ${asked.rule}`;
    return [['inputs.regime', 'absent', needed]];
  }
  const measured = measureRegime(regime, strategies, new Set(manager?.allowedStrategies));
  return [
    ['inputs.regime.regime', regime.regime, measured.regime],
    ['inputs.regime.measuredBps', textOf(regime.measuredBps), textOf(measured.measuredBps)],
    ...(measured.regime === 'STRESSED'
      ? [check('inputs.policy.policyId', policy?.policyId, regime.stressPolicyId)]
      : calmChecks(regime, policy, asked)),
  ];
}

/** The same as violations, for inputs that are not trusted yet. */
export function regimeViolations(inputs: PlanInputs): readonly FieldViolation[] {
  return regimeChecks(inputs).flatMap(([field, stated, recomputed]) => {
    if (stated === recomputed) return [];
    return [{ field, reason: 'FIELD_INVALID', message: `was ${stated}, must be ${recomputed}` }];
  });
}

/** While the market is calm the plan has the policy that asked, with the rule that it asked. */
function calmChecks(
  regime: RegimeDecision,
  policy: PlanInputs['policy'],
  asked: RegimeOption | undefined,
): readonly Check[] {
  return [
    check('inputs.policy.policyId', policy?.policyId, regime.basePolicyId),
    check('inputs.policy.version', policy?.version, regime.basePolicyVersion),
    check('inputs.regime.rule', regime.rule, asked?.rule),
    check('inputs.regime.windowPeriods', regime.windowPeriods, asked?.windowPeriods),
    check('inputs.regime.periodsPerYear', regime.periodsPerYear, asked?.periodsPerYear),
    check('inputs.regime.thresholdBps', regime.thresholdBps, asked?.thresholdBps),
    check('inputs.regime.stressPolicyId', regime.stressPolicyId, asked?.stressPolicyId),
    check('inputs.regime.haircutBps', regime.haircutBps, asked?.haircutBps),
  ];
}

function check(
  field: string,
  stated: number | string | undefined,
  recomputed: number | string | undefined,
): Check {
  return [field, textOf(stated), textOf(recomputed)];
}

function textOf(value: number | string | undefined): string {
  return value === undefined ? 'absent' : String(value);
}
