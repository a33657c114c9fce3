/**
 * One broken rule or one doubtful setting of an intent. Errors block the activation, warnings do
 * not (intent rules, validation).
 */
export interface Violation {
  /** Path in proto field names: `config.strike_ratio`, `notifications.channels[1]`. */
  readonly field: string;
  readonly rule: Rule;
  /** What was found, as text; empty when nothing was. */
  readonly found: string;
  /** What is allowed. */
  readonly limit: string;
  /** A sentence with both. */
  readonly message: string;
}

/** The rules that a hard error can name. */
export const ERROR_RULES = [
  'REQUIRED',
  'ONE_OF',
  'RANGE',
  'CANONICAL_DECIMAL',
  'PATTERN',
  'UNIQUE',
  'CAPITAL_LIMIT',
  'KAPPA',
  'WEIGHT',
  'WEIGHT_SUM',
  'UNKNOWN_KEY',
] as const;

/** The doubts that a warning can name. */
export const WARNING_RULES = [
  'STOP_LOSS_WITHIN_DRIFT',
  'SHORT_MATURITY_STANDARD_ROLLS',
  'HIGH_STRIKE',
  'TREASURY_HIGH_DRIFT',
  'YIELD_SHORT_MATURITY',
  'ROLLS_AT_FIRST_TICK',
] as const;

/** A rule of the validation. */
export type Rule = (typeof ERROR_RULES)[number] | (typeof WARNING_RULES)[number];

/** Builds a violation whose message says what was found and what is allowed. */
export function violation(field: string, rule: Rule, found: string, limit: string): Violation {
  const was = found === '' ? 'was absent' : `was ${found}`;
  return { field, rule, found, limit, message: `${was}, must be ${limit}` };
}
