import { assertNever, domainError, refuse } from '@trimtab/core';

/**
 * How large a request may be (rpc rules, limits): `standard` 1 MiB; `batch` 4 MiB, for calls that
 * carry many items; `internal` 64 MiB for a service of ours and 1 MiB for everybody else.
 */
export type MessageLimit = 'standard' | 'batch' | 'internal';

const MIB = 1024 * 1024;
/** The largest message between services, in bytes. */
export const INTERNAL_LIMIT_BYTES = 64 * MIB;

/** The limit in bytes for one caller. */
export function limitBytes(limit: MessageLimit, fromService: boolean): number {
  switch (limit) {
    case 'standard':
      return MIB;
    case 'batch':
      return 4 * MIB;
    case 'internal':
      return fromService ? INTERNAL_LIMIT_BYTES : MIB;
    default:
      return assertNever(limit);
  }
}

/**
 * What the transport takes at all: one MiB above the largest limit of the server, so that a message
 * a little too large is refused by its method, with a reason.
 */
export function transportLimitBytes(limits: readonly MessageLimit[]): number {
  return Math.max(MIB, ...limits.map((limit) => limitBytes(limit, true))) + MIB;
}

/** @throws DomainFailure RESOURCE_EXHAUSTED when the request is larger than allowed */
export function checkSize(found: number, allowed: number, method: string): void {
  if (found <= allowed) return;
  refuse(
    domainError(
      'RESOURCE_EXHAUSTED',
      'MESSAGE_TOO_LARGE',
      `the request was ${found} bytes, ${method} takes at most ${allowed}`,
      { method, found: String(found), limit: String(allowed) },
    ),
  );
}
