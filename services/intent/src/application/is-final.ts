import { DomainFailure, type DomainError, type ErrorKind } from '@trimtab/core';

/** Answers that another attempt with the same request would get again. */
const FINAL: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'ABORTED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
]);

/**
 * The refusal in an error of another service, if it is final. Anything else (nobody answers, no time
 * is left, a bug over there) leaves the work where it is, for a retry to finish.
 */
export function finalRefusal(error: unknown): DomainError | undefined {
  return error instanceof DomainFailure && FINAL.has(error.error.kind) ? error.error : undefined;
}
