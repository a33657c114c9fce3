import { checkAllocation } from './validate-allocation.js';
import { at, matching, oneOf, type Report } from './checks.js';
import { derive, type Derived } from './derive.js';
import type { IntentDraft } from './draft.js';
import { STRATEGY_TYPES, type Config, type Constraints, type IntentSpec } from './intent-spec.js';
import {
  checkCollateral,
  checkConfig,
  checkConstraints,
  checkNotifications,
  checkTicker,
} from './validate-terms.js';
import { checkTriggers } from './validate-triggers.js';
import type { Violation } from './violation.js';
import { warningsOf } from './warnings.js';

/** What the validation found: every violation at once, in field order. */
export interface Validation {
  /** Whether there are no errors; warnings do not count. */
  readonly valid: boolean;
  readonly errors: readonly Violation[];
  readonly warnings: readonly Violation[];
  /** What follows from config and constraints; absent if they have errors. */
  readonly derived: Derived | undefined;
  /** The checked intent; absent if there are errors. */
  readonly spec: IntentSpec | undefined;
}

/** Knowledge from outside that the rules need. */
export interface ValidationFacts {
  /** Whether a name is a time zone of the IANA database. */
  readonly isTimeZone: (name: string) => boolean;
}

const VAULT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const VAULT_ID_FORM = '1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen';

/** Checks a whole intent against every rule (intent rules, validation). Never throws. */
export function validateIntent(draft: IntentDraft, facts: ValidationFacts): Validation {
  const errors: Violation[] = [];
  const report: Report = (found) => errors.push(found);
  const type = oneOf(at(report, 'type'), draft.type, STRATEGY_TYPES);
  const collateral = checkCollateral(report, draft.collateral, draft.constraints?.maxCapital);
  const ticker = checkTicker(report, draft.ticker);
  const config = checkConfig(report, draft.config);
  const constraints = checkConstraints(report, draft.constraints);
  const notifications = checkNotifications(report, draft.notifications);
  const allocation = checkAllocation(report, draft.allocation);
  const triggers = checkTriggers(report, draft.triggers, facts.isTimeZone);
  if (draft.vaultId !== undefined && draft.vaultId !== '') {
    matching(at(report, 'vault_id'), draft.vaultId, VAULT_ID, VAULT_ID_FORM);
  }
  const warnings = warningsOf(type, config, constraints);
  const parts = { type, collateral, ticker, config, constraints, notifications, allocation };
  const spec = errors.length === 0 ? complete({ ...parts, triggers }) : undefined;
  const sound = isFullConfig(config) && isFullConstraints(constraints);
  const derived = sound ? derive(config, constraints) : undefined;
  return { valid: errors.length === 0, errors, warnings, derived, spec };
}

type Parts = {
  readonly [K in keyof Omit<IntentSpec, 'config' | 'constraints'>]: IntentSpec[K] | undefined;
} & { readonly config: Partial<Config>; readonly constraints: Partial<Constraints> };

/** Without errors every part is there; the compiler is shown that it is. */
function complete(parts: Parts): IntentSpec | undefined {
  const { type, collateral, ticker, notifications, allocation, triggers } = parts;
  const { config, constraints } = parts;
  if (!isFullConfig(config) || !isFullConstraints(constraints)) return undefined;
  if (type === undefined || collateral === undefined || ticker === undefined) return undefined;
  if (notifications === undefined || allocation === undefined) return undefined;
  if (triggers === undefined) return undefined;
  return { type, collateral, ticker, config, constraints, notifications, allocation, triggers };
}

/** Whether every strategy parameter is there. */
export function isFullConfig(config: Partial<Config>): config is Config {
  const { strikeRatio, maturityDays, rebalanceThreshold, autoRoll, rollStrategy } = config;
  const fields = [strikeRatio, maturityDays, rebalanceThreshold, autoRoll, rollStrategy];
  return fields.every((field) => field !== undefined);
}

/** Whether every risk limit is there. */
export function isFullConstraints(constraints: Partial<Constraints>): constraints is Constraints {
  const { maxAnnualDriftBps, maxSlippagePerRollBps, maxCapital, stopLossDriftBps } = constraints;
  const fields = [maxAnnualDriftBps, maxSlippagePerRollBps, maxCapital, stopLossDriftBps];
  return fields.every((field) => field !== undefined);
}
