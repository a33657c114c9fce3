import { status as grpcStatus } from '@grpc/grpc-js';
import {
  DomainFailure,
  type DomainError,
  type ErrorKind,
  type FieldViolation,
} from '@trimtab/core';
import { RemoteFailure } from '@trimtab/grpc';
import { jsonPathOf } from '@trimtab/strategy';
import { STATUS_CODES } from 'node:http';

/** A refusal as the caller reads it (RFC 9457), with the source's `error` and `message`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  /** The same as `title`. */
  readonly error: string;
  /** The same as `detail`. */
  readonly message: string;
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly traceId?: string;
}

/** A problem and the headers that go with it. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an answer is about. */
export interface ProblemContext {
  /** The path of the request. */
  readonly instance: string;
  readonly traceId: string | undefined;
  /** Whether the caller named the etag that it expects. */
  readonly conditional: boolean;
}

/** A refusal of the gateway itself that no gRPC code has. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** The answer to an error; what is no refusal is 500 with nothing inside. */
export function problemOf(error: unknown, context: ProblemContext): ProblemAnswer {
  if (error instanceof DomainFailure) return refusal(error.error, context);
  if (error instanceof HttpRefusal) {
    const { status, reason, message } = error;
    return { problem: problem(status, reason, message, context), headers: {} };
  }
  if (error instanceof RemoteFailure && error.code === grpcStatus.CANCELLED) {
    const message = 'the service ended the call, call again';
    return {
      problem: problem(503, 'DEPENDENCY_UNAVAILABLE', message, context),
      headers: { 'retry-after': '1' },
    };
  }
  return { problem: problem(500, 'INTERNAL', 'internal error', context), headers: {} };
}

/** Whether an error is no refusal but a defect, of ours or of a service. */
export function isDefect(error: unknown): boolean {
  return (
    problemOf(error, { instance: '', traceId: undefined, conditional: false }).problem.status ===
    500
  );
}

function refusal(error: DomainError, context: ProblemContext): ProblemAnswer {
  const status = statusOf(error, context);
  const violations = error.violations.map(({ field, reason, message }) => ({
    field: jsonFieldOf(field),
    reason,
    message,
  }));
  const sentence =
    violations.length === 0
      ? error.message
      : violations.map((violation) => `${violation.field}: ${violation.message}`).join('; ');
  const { field: place, ...rest } = error.metadata;
  const metadata = { ...rest, ...(place !== undefined && { field: jsonFieldOf(place) }) };
  return {
    problem: {
      ...problem(status, error.reason, sentence, context),
      ...(Object.keys(metadata).length > 0 && { metadata }),
      ...(violations.length > 0 && { violations }),
    },
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...((status === 503 || error.retryAfterMillis !== undefined) && {
        'retry-after': String(Math.max(1, Math.ceil((error.retryAfterMillis ?? 1000) / 1000))),
      }),
    },
  };
}

function statusOf({ kind, reason }: DomainError, { conditional }: ProblemContext): number {
  if (reason === 'ETAG_MISMATCH' && conditional) return 412;
  if (reason === 'MESSAGE_TOO_LARGE') return 413;
  return STATUS[kind];
}

/** The field in the JSON of the routes; create requests carry the intent inside. */
function jsonFieldOf(field: string): string {
  return jsonPathOf(field.replace(/^intent\./, ''));
}

function problem(
  status: number,
  reason: string,
  message: string,
  { instance, traceId }: ProblemContext,
): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return {
    type: `urn:trimtab:reason:${reason}`,
    title,
    status,
    detail: message,
    instance,
    error: title,
    message,
    reason,
    ...(traceId !== undefined && { traceId }),
  };
}
