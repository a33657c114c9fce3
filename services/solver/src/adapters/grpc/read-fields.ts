import type { FieldReader, TextRules } from '@trimtab/grpc';
import type { FieldViolation } from '@trimtab/core';

/** The full name of the service, as in the contract. */
export const SERVICE = 'trimtab.solver.v1.SolverService';

/** Ids of strategies, policies, managers, protocols and vaults. */
export const ID: TextRules = { maxLength: 64, pattern: /^[A-Za-z0-9._-]+$/ };

/** Ids of assets. */
export const ASSET_ID: TextRules = { maxLength: 64, pattern: /^[A-Z0-9][A-Z0-9.-]*$/ };

/** Content hashes. */
export const HASH: TextRules = { maxLength: 64, pattern: /^[0-9a-f]{64}$/ };

/** int32, as far as the rules of the domain say nothing tighter. */
export const MAX_INT32 = 2_147_483_647;

/** Notes what the rules of the domain refuse; their fields are paths from the top of the request. */
export function noteAll(fields: FieldReader, violations: readonly FieldViolation[]): void {
  for (const { field, reason, message } of violations) fields.violation(field, reason, message);
}
