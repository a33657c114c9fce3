/** What kind of refusal an error is; each kind maps to exactly one gRPC code. */
export type ErrorKind =
  | 'INVALID_ARGUMENT'
  | 'FAILED_PRECONDITION'
  | 'OUT_OF_RANGE'
  | 'ABORTED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'UNIMPLEMENTED';

/** One field that broke a rule: where, which rule, what was found and what is allowed. */
export interface FieldViolation {
  /** Path in the request, in proto field names: `config.strike_ratio`, `targets[2].weight_bps`. */
  readonly field: string;
  /** The rule in UPPER_SNAKE_CASE, one of the closed list of reasons. */
  readonly reason: string;
  /** Says what was found and what is allowed. */
  readonly message: string;
}

/**
 * An expected refusal, ready to be shown to a caller. `reason` is one of the closed list in
 * `proto/README.md`; everything variable in `message` is in `metadata` too.
 */
export interface DomainError {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  /** When a later attempt can succeed: after how many milliseconds. */
  readonly retryAfterMillis?: number;
}

/** Carries a {@link DomainError} through application code to the edge that answers it. */
export class DomainFailure extends Error {
  override readonly name = 'DomainFailure';
  readonly error: DomainError;

  constructor(error: DomainError, options?: { readonly cause?: unknown }) {
    super(error.message, options);
    this.error = error;
  }
}

/** Builds a refusal. */
export function domainError(
  kind: ErrorKind,
  reason: string,
  message: string,
  metadata: Readonly<Record<string, string>> = {},
): DomainError {
  return { kind, reason, message, metadata, violations: [] };
}

/** Builds the INVALID_ARGUMENT refusal of one or more bad fields; its reason is the first one's. */
export function invalidFields(violations: readonly FieldViolation[]): DomainError {
  const [first] = violations;
  if (first === undefined) throw new RangeError('invalidFields needs at least one violation');
  const message = violations.map(({ field, message: text }) => `${field}: ${text}`).join('; ');
  return {
    kind: 'INVALID_ARGUMENT',
    reason: first.reason,
    message,
    metadata: { field: first.field },
    violations,
  };
}

/** Throws the refusal for the edge to answer. */
export function refuse(error: DomainError): never {
  throw new DomainFailure(error);
}
