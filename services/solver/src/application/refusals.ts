import { domainError, invalidFields, refuse } from '@trimtab/core';

/** Refuses a call that names something, or a version of it, that is not there. */
export function refuseMissing(
  noun: 'policy' | 'manager' | 'strategy' | 'snapshot' | 'plan',
  id: string,
  version?: number,
): never {
  const reason = `${noun.toUpperCase()}_NOT_FOUND`;
  const metadata = { [`${noun}_id`]: id };
  if (version === undefined) {
    refuse(domainError('NOT_FOUND', reason, `there is no ${noun} "${id}"`, metadata));
  }
  const message = `there is no version ${version} of ${noun} "${id}"`;
  refuse(domainError('NOT_FOUND', reason, message, { ...metadata, version: String(version) }));
}

/** Refuses one field. */
export function refuseField(field: string, reason: string, message: string): never {
  refuse(invalidFields([{ field, reason, message }]));
}
