import { describe, expect, it } from 'vitest';
import { DomainFailure, domainError, invalidFields, refuse } from './domain-error.js';

describe('invalidFields', () => {
  it('names every field and takes the reason of the first', () => {
    const error = invalidFields([
      { field: 'a', reason: 'FIELD_REQUIRED', message: 'must be set' },
      { field: 'b', reason: 'WEIGHT_OUT_OF_RANGE', message: 'was 10001, must be at most 10000' },
    ]);
    expect(error.reason).toBe('FIELD_REQUIRED');
    expect(error.message).toBe('a: must be set; b: was 10001, must be at most 10000');
    expect(error.violations).toHaveLength(2);
  });

  it('cannot be built without a violation', () => {
    expect(() => invalidFields([])).toThrow(RangeError);
  });
});

describe('refuse', () => {
  it('throws the error for the edge to answer', () => {
    const error = domainError('NOT_FOUND', 'VAULT_NOT_FOUND', 'vault v1 does not exist');
    expect(() => refuse(error)).toThrow(DomainFailure);
  });
});
