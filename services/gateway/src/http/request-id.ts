import { createHash, randomUUID } from 'node:crypto';
import { DomainFailure, invalidFields } from '@trimtab/core';

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

/** The UUID of version 5 for a name in a namespace: SHA-1 over both, as RFC 9562 asks. */
function uuidV5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join('-');
}
