import { withScopes, type Caller } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';

/**
 * The owner as caller of another service, when the service goes on by itself: with a change that the
 * owner asked for, or with the end that the engine gave an intent of theirs.
 */
export function ownerOf({ owner }: Pick<Intent, 'owner'>): Caller {
  const owned: Caller = { subject: owner, scopes: new Set() };
  return withScopes(owned, ['intent:write', 'plan:write', 'rebalance:write']);
}
