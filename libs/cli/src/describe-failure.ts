import { DomainFailure, type FieldViolation } from '@trimtab/core';

/**
 * What went wrong, for the terminal: a refusal with its reason, anything else by its message and the
 * causes below it, never a stack. With `json`, one document.
 */
export function describeFailure(error: unknown, json: boolean): string {
  const { reason, message, metadata, violations } = partsOf(error);
  if (json) {
    const details = { ...(metadata && { metadata }), ...(violations && { violations }) };
    return JSON.stringify({ error: { reason, message, ...details } });
  }
  return `trimtab: ${reason === undefined ? '' : `${reason}: `}${message}`;
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
