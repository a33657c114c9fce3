import { domainError, type DomainError, type FieldViolation } from '@trimtab/core';
import type { Rule, Violation } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';

/** The wire's reason for each rule of the validation; every other rule is FIELD_INVALID. */
const REASONS: Readonly<Partial<Record<Rule, string>>> = {
  REQUIRED: 'FIELD_REQUIRED',
  CANONICAL_DECIMAL: 'DECIMAL_NOT_CANONICAL',
  UNIQUE: 'DUPLICATE_ID',
  KAPPA: 'KAPPA_OUT_OF_RANGE',
  WEIGHT: 'WEIGHT_OUT_OF_RANGE',
  WEIGHT_SUM: 'WEIGHT_SUM_TOO_LARGE',
};

/** The refusal of an intent with errors: every one of them, each at its place in the request. */
export function intentInvalid(
  errors: readonly Violation[],
  toRequestPath: (field: string) => string,
): DomainError {
  const violations: readonly FieldViolation[] = errors.map((error) => ({
    field: toRequestPath(error.field),
    reason: REASONS[error.rule] ?? 'FIELD_INVALID',
    message: error.message,
  }));
  const text = violations.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const count = violations.length;
  const message = `the intent has ${count} ${count === 1 ? 'error' : 'errors'}: ${text}`;
  return {
    ...domainError('INVALID_ARGUMENT', 'INTENT_INVALID', message, { error_count: String(count) }),
    violations,
  };
}

/** No such intent. */
export function intentNotFound(intentId: string): DomainError {
  const message = `intent ${intentId} does not exist`;
  return domainError('NOT_FOUND', 'INTENT_NOT_FOUND', message, { intent_id: intentId });
}

/** The caller is not the owner, and nothing else lets it in. */
export function notOwner(what: string, metadata: Readonly<Record<string, string>>): DomainError {
  return domainError('PERMISSION_DENIED', 'PERMISSION_DENIED', what, metadata);
}

/** The vault takes no new rebalances, so no intent can start on it. */
export function vaultNotOpen(vaultId: string, mode: string): DomainError {
  const message = `vault ${vaultId} is ${mode}, must be OPEN`;
  return domainError('FAILED_PRECONDITION', 'VAULT_NOT_OPEN', message, { vault_id: vaultId, mode });
}

/** Another live intent runs on the vault. */
export function vaultInUse(vaultId: string): DomainError {
  const message = `vault ${vaultId} already has a live intent, at most one is allowed`;
  return domainError('FAILED_PRECONDITION', 'VAULT_IN_USE', message, { vault_id: vaultId });
}

/** A paused intent starts nothing. */
export function intentNotActive(intent: Intent): DomainError {
  const message = `intent ${intent.id} is ${intent.state}, must be ACTIVE`;
  const metadata = { intent_id: intent.id, state: intent.state };
  return domainError('FAILED_PRECONDITION', 'INTENT_NOT_ACTIVE', message, metadata);
}

/** The caller knows an older version of what the owner wrote. */
export function etagMismatch(intentId: string, found: string, current: string): DomainError {
  const message = `the etag of intent ${intentId} is ${current}, the request has ${found}`;
  const metadata = { intent_id: intentId, etag: current };
  return domainError('ABORTED', 'ETAG_MISMATCH', message, metadata);
}

/** The engine's lease on the intent is held by another, or ran out. */
export function leaseLost(intentId: string, leaseToken: bigint): DomainError {
  const message = `lease ${leaseToken} on intent ${intentId} is not the current one`;
  const metadata = { intent_id: intentId, lease_token: String(leaseToken) };
  return domainError('ABORTED', 'LEASE_LOST', message, metadata);
}

/** The activation has not ended. */
export function intentNotActivated(intent: Intent): DomainError {
  const message = `activation of intent ${intent.id} is at ${intent.activationStep}, must be ACTIVATED`;
  const metadata = { intent_id: intent.id, activation_step: intent.activationStep };
  return domainError('FAILED_PRECONDITION', 'INTENT_NOT_ACTIVATED', message, metadata);
}
