import { oneOf, at, type Report } from './checks.js';
import { derive, type Derived } from './derive.js';
import type { ConfigDraft, ConstraintsDraft } from './draft.js';
import { STRATEGY_TYPES } from './intent-spec.js';
import { isFullConfig, isFullConstraints } from './validate.js';
import { checkConfig, checkConstraints } from './validate-terms.js';
import type { Violation } from './violation.js';
import { warningsOf } from './warnings.js';

/** What the validation of the parameters alone found, without capital, ticker and channels. */
export interface StrategyValidation {
  readonly valid: boolean;
  readonly errors: readonly Violation[];
  readonly warnings: readonly Violation[];
  /** Absent if there are errors. */
  readonly derived: Derived | undefined;
}

/**
 * Checks type, parameters and limits by the rules of a whole intent (intent rules, validation), for a
 * caller that has not decided on the rest. Never throws.
 */
export function validateStrategy(
  typeWord: string,
  configDraft: ConfigDraft | undefined,
  constraintsDraft: ConstraintsDraft | undefined,
): StrategyValidation {
  const errors: Violation[] = [];
  const report: Report = (found) => errors.push(found);
  const type = oneOf(at(report, 'type'), typeWord, STRATEGY_TYPES);
  const config = checkConfig(report, configDraft);
  const constraints = checkConstraints(report, constraintsDraft);
  const sound = isFullConfig(config) && isFullConstraints(constraints);
  return {
    valid: errors.length === 0,
    errors,
    warnings: warningsOf(type, config, constraints),
    derived: sound ? derive(config, constraints) : undefined,
  };
}
