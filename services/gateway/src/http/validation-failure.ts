import { DomainFailure, invalidFields, type FieldViolation } from '@trimtab/core';
import { HttpRefusal } from './problem.js';

/** A broken keyword of a schema, as the validator of the framework reports it. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
}

/** Fields that only a creation can state (intent rules, lifecycle). */
const IMMUTABLE = new Set(['type', 'owner', 'ticker', 'collateral', 'allocation', 'vaultId']);

/** The refusal of a request that does not have the form of its schema, with every broken field. */
export function formRefusal(errors: readonly SchemaError[], immutable: boolean): DomainFailure {
  return new DomainFailure(invalidFields(errors.map((error) => violationOf(error, immutable))));
}

/** The errors of the framework itself: bodies that are too long, no JSON or of another type. */
export function frameworkRefusal(code: string, message: string): unknown {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HttpRefusal(413, 'MESSAGE_TOO_LARGE', 'the body is larger than 1 MiB');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HttpRefusal(415, 'FIELD_INVALID', 'the content type must be application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new HttpRefusal(400, 'FIELD_INVALID', 'the body is not as long as it says');
    case 'FST_ERR_BAD_URL':
      return new HttpRefusal(400, 'FIELD_INVALID', 'the path is not well encoded');
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'FST_ERR_PARAM_TOO_LONG':
      return new HttpRefusal(414, 'FIELD_INVALID', 'a part of the path is too long');
    default:
      return new Error(message);
  }
}

function violationOf(error: SchemaError, immutable: boolean): FieldViolation {
  const { keyword, params } = error;
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keyword === 'required') {
    const field = pathText([...path, String(params['missingProperty'])]);
    return { field, reason: 'FIELD_REQUIRED', message: 'was absent, must be set' };
  }
  if (keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']).slice(0, 60);
    const field = pathText([...path, key]);
    return immutable && path.length === 0 && IMMUTABLE.has(key)
      ? { field, reason: 'FIELD_IMMUTABLE', message: 'cannot be changed after creation' }
      : { field, reason: 'FIELD_INVALID', message: `"${key}" is no known key` };
  }
  const allowed = keyword === 'enum' ? `: ${JSON.stringify(params['allowedValues'])}` : '';
  return {
    field: pathText(path) || 'body',
    reason: 'FIELD_INVALID',
    message: `${error.message ?? 'is not as it must be'}${allowed}`,
  };
}

function pathText(segments: readonly string[]): string {
  return segments.reduce(
    (path, segment) =>
      /^[0-9]+$/.test(segment)
        ? `${path}[${segment}]`
        : path === ''
          ? segment
          : `${path}.${segment}`,
    '',
  );
}
