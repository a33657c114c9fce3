import { status, type ServiceError } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RequestInfo, RetryInfo, Status } from '@trimtab/contracts/rpc';
import { DomainFailure, type DomainError, type FieldViolation } from '@trimtab/core';
import { kindOf } from './grpc-code.js';
import { rpcName } from './rpc-span.js';
import { ERROR_DOMAIN, STATUS_DETAILS } from './to-status.js';

/** A call that failed in a way no caller can act on: INTERNAL, UNKNOWN, DATA_LOSS or CANCELLED. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
  /** The gRPC code. */
  readonly code: status;

  constructor(method: string, failure: ServiceError) {
    super(`${method} answered ${status[failure.code]}: ${failure.details}`, { cause: failure });
    this.code = failure.code;
  }
}

/**
 * The error that a failed call becomes at the client: a DomainFailure with reason, metadata,
 * violations and delay of the details, or a RemoteFailure.
 */
export function fromStatus(method: string, failure: ServiceError): DomainFailure | RemoteFailure {
  const kind = kindOf(failure.code);
  if (kind === undefined) return new RemoteFailure(method, failure);
  const details = readDetails(failure);
  const bare = details.reason === undefined ? withoutDetails(method, failure) : undefined;
  const error: DomainError = {
    kind,
    reason: details.reason ?? bare?.reason ?? status[failure.code],
    message: bare?.message ?? failure.details,
    metadata: details.metadata ?? { method: rpcName(method) },
    violations: details.violations ?? [],
    ...(details.retryAfterMillis === undefined
      ? {}
      : { retryAfterMillis: details.retryAfterMillis }),
  };
  return new DomainFailure(error, { cause: failure });
}

/**
 * The network and the library answer without details: nobody listens, the deadline passed, the method
 * is unknown. Their texts name addresses of ours, so they stay in the cause.
 */
function withoutDetails(
  method: string,
  failure: ServiceError,
): { readonly reason: string; readonly message: string } | undefined {
  const name = rpcName(method);
  switch (failure.code) {
    case status.UNAVAILABLE:
      return { reason: 'DEPENDENCY_UNAVAILABLE', message: `${name} cannot be reached` };
    case status.DEADLINE_EXCEEDED:
      return { reason: 'DEADLINE_EXCEEDED', message: `${name} did not answer in time` };
    case status.UNIMPLEMENTED:
      return { reason: 'METHOD_UNIMPLEMENTED', message: `${name} is not served` };
    case status.RESOURCE_EXHAUSTED:
      return { reason: 'MESSAGE_TOO_LARGE', message: `${name}: ${failure.details}` };
    default:
      return undefined;
  }
}

/** True for errors of the gRPC library. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}

/**
 * The trace of the call that failed, 32 hex digits, for whoever asks what happened; undefined when the
 * server said none.
 */
export function traceIdOfFailure(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isServiceError(cause)) return readDetails(cause).traceId;
  }
  return undefined;
}

interface Details {
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly retryAfterMillis?: number;
  readonly traceId?: string;
}

function readDetails(failure: ServiceError): Details {
  const [bytes] = failure.metadata.get(STATUS_DETAILS);
  if (!(bytes instanceof Buffer)) return {};
  try {
    return Status.decode(bytes).details.reduce<Details>(
      (details, { typeUrl, value }) => ({ ...details, ...readDetail(typeUrl, value) }),
      {},
    );
  } catch {
    // Details of a foreign server that are no google.rpc.Status say nothing.
    return {};
  }
}

function readDetail(typeUrl: string, value: Uint8Array): Details {
  switch (typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) {
    case 'google.rpc.ErrorInfo': {
      const info = ErrorInfo.decode(value);
      if (info.domain !== ERROR_DOMAIN) return {};
      return { reason: info.reason, metadata: Object.fromEntries(info.metadata) };
    }
    case 'google.rpc.BadRequest':
      return { violations: BadRequest.decode(value).fieldViolations.map(toViolation) };
    case 'google.rpc.RetryInfo': {
      const delay = RetryInfo.decode(value).retryDelay;
      if (delay === undefined) return {};
      return { retryAfterMillis: Number(delay.seconds) * 1000 + delay.nanos / 1_000_000 };
    }
    case 'google.rpc.RequestInfo':
      return { traceId: RequestInfo.decode(value).requestId };
    default:
      return {};
  }
}

/** The description is written as `REASON: message`. */
function toViolation(violation: { field: string; description: string }): FieldViolation {
  const match = /^([A-Z][A-Z0-9_]*): ([^]*)$/.exec(violation.description);
  return {
    field: violation.field,
    reason: match?.[1] ?? 'FIELD_INVALID',
    message: match?.[2] ?? violation.description,
  };
}
