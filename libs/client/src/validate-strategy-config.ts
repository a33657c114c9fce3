import { jsonPathOf, validateStrategy, type StrategyType, type Violation } from '@trimtab/strategy';
import {
  configDraft,
  constraintsDraft,
  type StrategyConfig,
  type StrategyConstraints,
} from './strategy-parameters.js';

/** What the validation found; errors block an activation, warnings do not. */
export interface StrategyValidationResult {
  readonly valid: boolean;
  /** A sentence each: `config.strikeRatio was 2, must be …`. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The same errors with path, rule, found value and limit. */
  readonly errorDetails: readonly Violation[];
  readonly warningDetails: readonly Violation[];
}

/**
 * Checks type, parameters and limits with the very rules of the service (intent rules, validation),
 * locally. Never throws.
 */
export function validateStrategyConfig(
  type: StrategyType,
  config: StrategyConfig,
  constraints: StrategyConstraints,
): StrategyValidationResult {
  const found = validateStrategy(type, configDraft(config), constraintsDraft(constraints));
  const errorDetails = found.errors.map(withJsonPath);
  const warningDetails = found.warnings.map(withJsonPath);
  return {
    valid: found.valid,
    errors: errorDetails.map(sentence),
    warnings: warningDetails.map(sentence),
    errorDetails,
    warningDetails,
  };
}

function withJsonPath(violation: Violation): Violation {
  return { ...violation, field: jsonPathOf(violation.field) };
}

function sentence({ field, message }: Violation): string {
  return `${field} ${message}`;
}
