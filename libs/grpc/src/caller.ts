import { domainError, refuse } from '@trimtab/core';

/** What a token may allow (rpc rules, authentication). */
export const SCOPES = [
  'intent:write',
  'plan:write',
  'rebalance:write',
  'price:write',
  'admin',
  'engine',
] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** Who calls: the subject of a verified token, which is the owner of what it makes. */
export interface Caller {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** The service that acts for the subject, such as "service:intent"; for itself it is the subject too. */
  readonly actor?: string;
}

const SERVICE_PREFIX = 'service:';

/** The name under which a service acts and calls: `service:<name>`. */
export function serviceActor(serviceName: string): string {
  return `${SERVICE_PREFIX}${serviceName}`;
}

/**
 * True when the token was made by a service, for itself or for a caller of its own. The actor says so: a
 * subject is what the issuer of users' tokens lets a user be called.
 */
export function isServiceCaller({ actor }: Caller): boolean {
  return actor?.startsWith(SERVICE_PREFIX) === true;
}

/** True when a subject has a name that is kept for services. */
export function isServiceName(subject: string): boolean {
  return subject.startsWith(SERVICE_PREFIX);
}

/** True when the caller has at least one of the scopes. */
export function hasScope(caller: Caller, anyOf: readonly Scope[]): boolean {
  return anyOf.some((scope) => caller.scopes.has(scope));
}

/**
 * A copy of the caller with more scopes, for a service's own further calls: intent widens an owner's
 * `intent:write` with what its pipeline needs.
 */
export function withScopes(caller: Caller, scopes: readonly Scope[]): Caller {
  return { ...caller, scopes: new Set([...caller.scopes, ...scopes]) };
}

/**
 * The caller of a method whose rule is not `public`.
 *
 * @throws DomainFailure UNAUTHENTICATED when there is none
 */
export function callerOf(context: { readonly caller: Caller | undefined }): Caller {
  return (
    context.caller ??
    refuse(domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', 'the call carries no token'))
  );
}
