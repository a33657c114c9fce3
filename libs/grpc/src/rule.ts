import { assertNever, domainError, refuse } from '@trimtab/core';
import { hasScope, isServiceCaller, type Caller, type Scope } from './caller.js';

/** Who may call a method. Each method has one rule in its service's table. */
export type Rule =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scope'; readonly anyOf: readonly Scope[] }
  /** Only a token made by one of our services. */
  | { readonly kind: 'service' };

/** Anybody, without a token. */
export const PUBLIC: Rule = { kind: 'public' };
/** Anybody with a valid token. */
export const AUTHENTICATED: Rule = { kind: 'authenticated' };
/** Only services of ours. */
export const SERVICE_ONLY: Rule = { kind: 'service' };

/** Anybody whose token has one of the scopes. */
export function scope(...anyOf: readonly Scope[]): Rule {
  return { kind: 'scope', anyOf };
}

/**
 * Applies a method's rule.
 *
 * @throws DomainFailure UNAUTHENTICATED without a token, PERMISSION_DENIED naming what is missing
 */
export function applyRule(rule: Rule, caller: Caller | undefined, method: string): void {
  if (rule.kind === 'public') return;
  if (caller === undefined) {
    refuse(
      domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', `${method} needs a bearer token`, {
        method,
      }),
    );
  }
  switch (rule.kind) {
    case 'authenticated':
      return;
    case 'service':
      if (!isServiceCaller(caller)) deny(method, 'a service token', caller);
      return;
    case 'scope':
      if (!hasScope(caller, rule.anyOf)) deny(method, `scope ${rule.anyOf.join(' or ')}`, caller);
      return;
    default:
      assertNever(rule);
  }
}

function deny(method: string, required: string, caller: Caller): never {
  const found = [...caller.scopes].join(' ');
  const has = found === '' ? 'no scope' : `scope ${found}`;
  refuse(
    domainError(
      'PERMISSION_DENIED',
      'PERMISSION_DENIED',
      `${method} needs ${required}, the token has ${has}`,
      {
        method,
        required,
        found,
      },
    ),
  );
}
