import { status } from '@grpc/grpc-js';
import type { ErrorKind } from '@trimtab/core';

const CODES: Readonly<Record<ErrorKind, status>> = {
  INVALID_ARGUMENT: status.INVALID_ARGUMENT,
  FAILED_PRECONDITION: status.FAILED_PRECONDITION,
  OUT_OF_RANGE: status.OUT_OF_RANGE,
  ABORTED: status.ABORTED,
  NOT_FOUND: status.NOT_FOUND,
  ALREADY_EXISTS: status.ALREADY_EXISTS,
  PERMISSION_DENIED: status.PERMISSION_DENIED,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  RESOURCE_EXHAUSTED: status.RESOURCE_EXHAUSTED,
  UNAVAILABLE: status.UNAVAILABLE,
  DEADLINE_EXCEEDED: status.DEADLINE_EXCEEDED,
  UNIMPLEMENTED: status.UNIMPLEMENTED,
};
const KINDS: ReadonlyMap<number, ErrorKind> = new Map(
  Object.entries(CODES).map(([kind, code]) => [code, kind as ErrorKind]),
);

/** The gRPC code of a refusal. */
export function codeOf(kind: ErrorKind): status {
  return CODES[kind];
}

/** The refusal that a gRPC code is; undefined for OK, CANCELLED, INTERNAL, UNKNOWN and DATA_LOSS. */
export function kindOf(code: number): ErrorKind | undefined {
  return KINDS.get(code);
}
