import { domainError, refuse } from '@trimtab/core';

/**
 * The bearer token of a request, to be passed on as it is: services check it, the gateway does not.
 *
 * @throws DomainFailure UNAUTHENTICATED for an authorization that is no bearer token
 */
export function tokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  if (token === undefined) {
    const message = 'authorization must be "Bearer <token>"';
    refuse(domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', message));
  }
  return token;
}

/**
 * The etag that the caller expects; empty for none, or for any (`*`).
 *
 * @throws DomainFailure FIELD_INVALID for a list or a weak etag
 */
export function expectedEtag(ifMatch: string | undefined): string {
  if (ifMatch === undefined || ifMatch === '*') return '';
  if (/^"[\x21\x23-\x7e]{1,120}"$/.test(ifMatch)) return ifMatch;
  const message = 'If-Match must be one strong etag in quotes, or *';
  return refuse({
    ...domainError('INVALID_ARGUMENT', 'FIELD_INVALID', message),
    violations: [{ field: 'If-Match', reason: 'FIELD_INVALID', message }],
  });
}
