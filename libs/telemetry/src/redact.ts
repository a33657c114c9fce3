/** What stands in a log line where a secret stood. */
export const REDACTED = '[redacted]';

const SECRET_KEY =
  /authorization|token|password|secret|private_?key|credential|connection_?string|database_?url|cookie/i;
/** What every secret below has in common; a text without it is let through after one look. */
const SUSPICIOUS = /bearer|eyJ|:\/\/|=|-----/i;
const BEARER = /\bBearer\s+[^\s<]\S*/gi;
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const URL_USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;
const ASSIGNED = /\b(password|passwd|secret|api[_-]?key|access[_-]?token)=[^\s&"',;]+/gi;
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** Deeper values are cut: a log line is no document. */
const MAX_DEPTH = 6;

/**
 * Takes bearer tokens, JSON web tokens, private keys, assigned passwords and the user part of
 * addresses out of a text.
 */
export function redactText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(BEARER, `Bearer ${REDACTED}`)
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(URL_USER_INFO, `$1${REDACTED}@`)
    .replace(ASSIGNED, `$1=${REDACTED}`)
    .replace(PRIVATE_KEY, REDACTED);
}

/**
 * A copy of log fields without secrets: by the name of the field, and inside every text. Errors
 * become records of type, message, stack and cause; big integers become texts.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(fields, 0);
}

function redactRecord(fields: object, depth: number): Record<string, unknown> {
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(fields)) {
    result.set(key, SECRET_KEY.test(key) ? REDACTED : redactValue(value, depth + 1));
  }
  return Object.fromEntries(result);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[cut]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (value instanceof Set) return [...value].map((item) => redactValue(item, depth + 1));
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactRecord(value, depth);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
