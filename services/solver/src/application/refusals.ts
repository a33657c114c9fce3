import { domainError, invalidFields, refuse } from '@trimtab/core';

/** Refuses a call that names something that is not there. */
export function refuseMissing(
  noun: 'policy' | 'manager' | 'strategy' | 'snapshot' | 'plan',
  id: string,
): never {
  const reason = `${noun.toUpperCase()}_NOT_FOUND`;
  refuse(domainError('NOT_FOUND', reason, `there is no ${noun} "${id}"`, { [`${noun}_id`]: id }));
}

/** Refuses one field. */
export function refuseField(field: string, reason: string, message: string): never {
  refuse(invalidFields([{ field, reason, message }]));
}
