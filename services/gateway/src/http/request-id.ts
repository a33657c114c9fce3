import { randomUUID } from 'node:crypto';
import { DomainFailure, invalidFields } from '@trimtab/core';
import { uuidV5 } from '@trimtab/lifecycle';

/** Made once at random; keys that are no UUID get their request id in it, whoever sends them. */
const KEY_NAMESPACE = '0b7d6a3e-3c0f-4f57-9e43-6d1f5a0c8b21';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The request id of a change. A key that is a UUID is the id; any other key of 1 to 255 visible
 * characters names one: the UUID of version 5 in our namespace. Services keep ids per subject, so two
 * callers with one key do not meet. Without a key each request is one of its own.
 *
 * @throws DomainFailure FIELD_INVALID for a key with blanks, other characters, or too many of them
 */
export function requestIdOf(key: string | undefined): string {
  if (key === undefined) return randomUUID();
  const bare = /^"(.*)"$/.exec(key)?.[1] ?? key;
  if (UUID.test(bare)) return bare.toLowerCase();
  if (!KEY.test(bare)) {
    const message = 'must be a UUID or 1 to 255 visible ASCII characters';
    throw new DomainFailure(
      invalidFields([{ field: 'Idempotency-Key', reason: 'FIELD_INVALID', message }]),
    );
  }
  return uuidV5(KEY_NAMESPACE, bare);
}
