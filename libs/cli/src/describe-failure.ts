import { DomainFailure, type FieldViolation } from '@trimtab/core';
import { traceIdOfFailure } from '@trimtab/grpc';

/**
 * What went wrong, for the terminal: a refusal with its reason, anything else by its message and the
 * causes below it, never a stack; and the trace of the call that failed. With `json`, one document.
 */
export function describeFailure(error: unknown, json: boolean): string {
  const { reason, message, metadata, violations } = partsOf(error);
  const traceId = traceIdOfFailure(error);
  if (json) {
    const details = {
      ...(metadata && { metadata }),
      ...(violations && { violations }),
      ...(traceId !== undefined && { traceId }),
    };
    return JSON.stringify({ error: { reason, message, ...details } });
  }
  const trace = traceId === undefined ? '' : ` (trace ${traceId})`;
  return `trimtab: ${reason === undefined ? '' : `${reason}: `}${message}${trace}`;
}

interface Parts {
  readonly reason?: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Each broken field with its path; absent if none is named. */
  readonly violations?: readonly FieldViolation[];
}

const MAX_CAUSES = 5;

function partsOf(error: unknown): Parts {
  if (error instanceof DomainFailure) {
    const { reason, message, metadata, violations } = error.error;
    return { reason, message, metadata, ...(violations.length > 0 && { violations }) };
  }
  const messages: string[] = [];
  let cause: unknown = error;
  while (cause instanceof Error && messages.length < MAX_CAUSES) {
    if (!messages.includes(cause.message)) messages.push(cause.message);
    cause = cause.cause;
  }
  return { message: messages.length === 0 ? String(error) : messages.join(': ') };
}
