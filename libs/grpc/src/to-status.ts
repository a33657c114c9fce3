import { Metadata, status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RequestInfo, RetryInfo, Status } from '@trimtab/contracts/rpc';
import { DomainFailure, InvariantViolation, type DomainError } from '@trimtab/core';
import { currentTraceId, redactText } from '@trimtab/telemetry';
import { codeOf } from './grpc-code.js';

/**
 * Answers an error: google.rpc.Status with exactly one ErrorInfo, a BadRequest with the field
 * violations, a RetryInfo when a delay is known (rpc rules, errors) and a RequestInfo with the trace.
 * What is not an expected refusal is INTERNAL with nothing inside. Secrets are taken out of every text.
 */

/** The domain of every reason. */
export const ERROR_DOMAIN = 'trimtab';
/** The trailer that carries google.rpc.Status. */
export const STATUS_DETAILS = 'grpc-status-details-bin';

const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';
/**
 * Trailers travel in HTTP headers, of which many clients take 8 KiB: texts and lists are bounded, in
 * bytes of UTF-8. The message travels twice and the details in base64.
 */
const MAX_MESSAGE_BYTES = 1000;
const MAX_VIOLATIONS_BYTES = 3400;

/** An answer to a failed call. */
export interface FailedStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
  readonly reason: string;
}

/** The answer that an error thrown by a handler becomes. */
export function toStatus(error: unknown): FailedStatus {
  if (error instanceof DomainFailure) return refusalStatus(error.error);
  const reason = error instanceof InvariantViolation ? 'INVARIANT_VIOLATED' : 'INTERNAL';
  return statusOf(status.INTERNAL, {
    reason,
    message: 'internal error',
    metadata: {},
    violations: [],
  });
}

/** True when an error is no refusal but a defect, which belongs in the log with its cause. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof DomainFailure);
}

function refusalStatus(error: DomainError): FailedStatus {
  return statusOf(codeOf(error.kind), error);
}

function statusOf(code: status, error: Omit<DomainError, 'kind'>): FailedStatus {
  const message = bounded(error.message, MAX_MESSAGE_BYTES);
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS, encodeStatus(code, message, error));
  return { code, details: message, metadata, reason: error.reason };
}

function encodeStatus(code: status, message: string, error: Omit<DomainError, 'kind'>): Buffer {
  const info = new Map<string, string>();
  for (const [key, value] of Object.entries(error.metadata)) info.set(key, bounded(value, 500));
  const violations: { field: string; description: string }[] = [];
  let size = 0;
  for (const violation of error.violations) {
    const field = bounded(violation.field, 200);
    const description = bounded(`${violation.reason}: ${violation.message}`, 300);
    size += Buffer.byteLength(field) + Buffer.byteLength(description) + 8;
    if (size > MAX_VIOLATIONS_BYTES) {
      info.set('violation_count', String(error.violations.length));
      info.set('violations_shown', String(violations.length));
      break;
    }
    violations.push({ field, description });
  }
  const details = [
    packed(
      'ErrorInfo',
      ErrorInfo.encode({ reason: error.reason, domain: ERROR_DOMAIN, metadata: info }).finish(),
    ),
  ];
  if (violations.length > 0) {
    details.push(packed('BadRequest', BadRequest.encode({ fieldViolations: violations }).finish()));
  }
  const requestId = currentTraceId();
  if (requestId !== undefined) {
    details.push(
      packed('RequestInfo', RequestInfo.encode({ requestId, servingData: '' }).finish()),
    );
  }
  if (error.retryAfterMillis !== undefined) {
    const retryDelay = durationOf(error.retryAfterMillis);
    details.push(packed('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  return Buffer.from(Status.encode({ code, message, details }).finish());
}

function packed(name: string, value: Uint8Array): { typeUrl: string; value: Buffer } {
  return { typeUrl: TYPE_PREFIX + name, value: Buffer.from(value) };
}

function durationOf(millis: number): { seconds: bigint; nanos: number } {
  const whole = Math.max(0, Math.ceil(millis));
  return { seconds: BigInt(Math.floor(whole / 1000)), nanos: (whole % 1000) * 1_000_000 };
}

/** Cuts a text and replaces lone surrogates, which the transport cannot percent-encode. */
function bounded(text: string, maxBytes: number): string {
  const sound = redactText(text).replace(/\p{Surrogate}/gu, '\u{FFFD}');
  if (Buffer.byteLength(sound) <= maxBytes) return sound;
  // A character that the cut splits decodes as replacement characters, which go.
  const cut = Buffer.from(sound).subarray(0, maxBytes).toString('utf8');
  return `${cut.replace(/\u{FFFD}+$/u, '')}…`;
}
